import { SpotbenchError } from '@spotbench/core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { below, under } from '../training/state-layout.ts';

/** What a backbone makes of a batch of images. */
export interface BackboneOutput {
  /** The last feature map, pixel by pixel in rows, or the token sequence. [B, T, D] */
  readonly tokens: Tensor3D;
  /** One vector per image. [B, D] */
  readonly pooled: Tensor2D;
  /** Running statistics after this batch, by parameter name; none in evaluation mode. */
  readonly updates: TensorMap;
}

/**
 * An image encoder as a pure function of named parameters; names and layouts are those of the PyTorch state dict of the
 * implementation it names, without the classifier and without the counters `num_batches_tracked`.
 */
export interface Backbone {
  readonly name: string;
  /** Width of a feature vector, D. */
  readonly width: number;
  /** Smallest side of an image, or the only one where `fixedPx`. */
  readonly smallestPx: number;
  readonly fixedPx?: boolean;
  readonly parameters: ParameterSpecs;
  /** Features of images [B, 3, h, w], in PyTorch's layout, already scaled and normalised as the weights want them. */
  forward(parameters: TensorMap, images: Tensor, mode: 'train' | 'eval'): BackboneOutput;
}

/**
 * The same backbone with `prefix.` before every name, as where it is a part of a model: `image_encoder.model.conv1.weight`.
 * It reads nothing outside its prefix.
 */
export function backboneUnder(prefix: string, backbone: Backbone): Backbone {
  const start = `${prefix}.`;
  return {
    ...backbone,
    parameters: scoped(prefix, backbone.parameters),
    forward(parameters, images, mode) {
      const output = backbone.forward(below(start, parameters), images, mode);
      return { ...output, updates: under(start, output.updates) };
    },
  };
}

/** @throws SpotbenchError `bad-config` unless `images` is [B, 3, h, w] of a size the backbone takes. */
export function requireImages({ name, smallestPx, fixedPx }: Omit<Backbone, 'forward'>, images: Tensor): void {
  const [, channels, height, width] = images.shape;
  const sized = fixedPx
    ? height === smallestPx && width === smallestPx
    : Math.min(height ?? 0, width ?? 0) >= smallestPx;
  if (images.rank === 4 && channels === 3 && sized) return;
  const size = fixedPx ? `${smallestPx} x ${smallestPx}` : `at least ${smallestPx} x ${smallestPx}`;
  throw new SpotbenchError(
    'bad-config',
    `${name}: needs images [B, 3, h, w] of ${size} px, got [${images.shape.join(', ')}]; choose another patch size or scale`,
  );
}
