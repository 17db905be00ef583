import { SpotbenchError } from '@spotbench/core';

/** What a network wants to see: size in pixels, and how pixels 0..255 become numbers. */
export interface ImageInput {
  /** Side of the image that goes into the network. */
  readonly sizePx: number;
  /** Side of the field of view in full-resolution pixels, resized to `sizePx`; the same unless told otherwise. */
  readonly fieldOfViewPx?: number;
  /** Subtracted from pixel / 255: red, green, blue. */
  readonly mean: readonly [number, number, number];
  /** Divides the difference: red, green, blue. */
  readonly std: readonly [number, number, number];
}

/** Mean and deviation of ImageNet's pixels, as torchvision's and most of timm's weights expect. */
export const imageNetPixels = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Pixels scaled to 0..1 and no more: mclSTExp, timm's mobilevit_s. */
export const unitPixels = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** Pixels scaled to -1..1: timm's vit_base_patch32_224. */
export const symmetricPixels = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

/** @throws SpotbenchError `bad-config` naming the encoder and the number that is out of range. */
export function checkImageInput(encoder: string, { sizePx, fieldOfViewPx = sizePx, mean, std }: ImageInput): void {
  const whole = [sizePx, fieldOfViewPx].every((px) => Number.isInteger(px) && px > 0);
  const scaled = [...mean, ...std].every(Number.isFinite) && std.every((value) => value > 0);
  if (whole && scaled && mean.length === 3 && std.length === 3) return;
  throw new SpotbenchError(
    'bad-config',
    `encoder ${encoder}: needed whole numbers of pixels and three means and positive deviations, got ` +
      JSON.stringify({ sizePx, fieldOfViewPx, mean, std }),
  );
}

/**
 * (pixel / 255 - mean) / std, channels first: patches [B, S, S, 3] of bytes to `out` [B, 3, S, S], which is filled from the
 * start.
 */
export function fillNetworkInput(patches: Uint8Array, { sizePx, mean, std }: ImageInput, out: Float32Array): void {
  const plane = sizePx * sizePx;
  const tables = [0, 1, 2].map((c) => Float32Array.from({ length: 256 }, (_, v) => (v / 255 - mean[c]) / std[c]));
  for (let start = 0, from = 0; from < patches.length; start += 3 * plane, from += 3 * plane) {
    for (let c = 0; c < 3; c++) {
      const [table, to] = [tables[c], start + c * plane];
      for (let p = 0; p < plane; p++) out[to + p] = table[patches[from + 3 * p + c]];
    }
  }
}
