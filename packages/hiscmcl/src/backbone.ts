import { backboneUnder, densenet121, resnet50, type Backbone, type BackboneOutput } from '@spotbench/engine';
import { SpotbenchError, type NamedTensors } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SharedConfig } from './config.ts';

/** What the authors' model puts before the names of each backbone. */
export const BACKBONE_NAMES = {
  densenet121: 'image_encoder.base_encoder.0',
  resnet50: 'image_encoder.base_encoder',
} as const satisfies Record<SharedConfig['backbone'], string>;

/**
 * The one backbone that every scale or level goes through. DenseNet-121 is named as the authors name it; their numbers for
 * the layers of a ResNet (`base_encoder.4` is `layer1`) are left out.
 */
export function sharedBackbone({ backbone }: Pick<SharedConfig, 'backbone'>): Backbone {
  return backboneUnder(BACKBONE_NAMES[backbone], backbone === 'densenet121' ? densenet121() : resnet50());
}

/** @throws SpotbenchError `bad-config` when images of `px` x `px` are smaller than the backbone allows. */
export function requireImagePx({ name, smallestPx }: Backbone, what: string, px: number): void {
  if (px >= smallestPx) return;
  throw new SpotbenchError(
    'bad-config',
    `${what}: ${name} needs images of at least ${smallestPx} px, got ${px}; choose ${smallestPx} or more`,
  );
}

/**
 * What the backbone makes of several images [B, 3, S, S] of the same spots, one after another: in training mode each is
 * normalised with its own statistics, and the running statistics move once for each.
 */
export function encodeInTurn(
  backbone: Backbone,
  parameters: NamedTensors,
  images: readonly Tensor[],
  mode: 'train' | 'eval',
): { outputs: BackboneOutput[]; updates: NamedTensors } {
  let updates: NamedTensors = {};
  const outputs = images.map((image) => {
    const output = backbone.forward({ ...parameters, ...updates }, image, mode);
    updates = { ...updates, ...output.updates };
    return output;
  });
  return { outputs, updates };
}
