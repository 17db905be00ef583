/**
 * What is done to one patch: an augmentation whose random numbers have been drawn. Parameters as torchvision's functions
 * of the same names take them.
 */
export type Operation =
  | { readonly kind: 'brightness'; readonly factor: number }
  | { readonly kind: 'contrast'; readonly factor: number }
  | { readonly kind: 'saturation'; readonly factor: number }
  /** Turns of the colour circle, in [-0.5, 0.5]. */
  | { readonly kind: 'hue'; readonly shift: number }
  | { readonly kind: 'horizontal-flip' }
  | { readonly kind: 'vertical-flip' }
  /** Degrees, counter-clockwise. */
  | { readonly kind: 'rotation'; readonly angle: number }
  /** Standard deviation, pixels. */
  | { readonly kind: 'gaussian-blur'; readonly radius: number }
  /** Standard deviation of 255; the seed of this patch's noise. */
  | { readonly kind: 'gaussian-noise'; readonly sigma: number; readonly seed: number };

/** Computes `target` from `source`, both [sizePx, sizePx, 3] and 8 bit; they are not the same memory. */
export type PatchFunction = (source: Uint8Array, target: Uint8Array, sizePx: number) => void;
