import { SpotbenchError, type Batch, type FeatureView, type ImageView } from '@spotbench/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/** Frozen features of a view, [B, D] or [B, T, D]. @throws SpotbenchError `bad-config` naming the views there are. */
export function featuresOf({ features }: Pick<Batch, 'features'>, view: FeatureView): Tensor {
  return features[view] ?? absent('frozen features', view, features);
}

/** Images of a view, [B, 3, S, S]. @throws SpotbenchError `bad-config` naming the views there are. */
export function imagesOf({ images }: Pick<Batch, 'images'>, view: ImageView): Tensor4D {
  return images[view] ?? absent('images', view, images);
}

function absent(what: string, view: string, found: Readonly<Record<string, unknown>>): never {
  const names = Object.keys(found).join(', ') || 'none';
  throw new SpotbenchError(
    'bad-config',
    `image encoder: needed ${what} of view ${view}, got ${names}; does the method list the view?`,
  );
}
