import { image, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * x [B, h, w, C] resized to [B, height, width, C] by bilinear interpolation between pixel centres, without smoothing.
 *
 * Source: torch.nn.functional.interpolate(mode='bilinear', align_corners=False).
 */
export function resizeBilinear(x: Tensor4D, height: number, width: number): Tensor4D {
  const [, h, w] = x.shape;
  return h === height && w === width ? x : image.resizeBilinear(x, [height, width], false, true);
}
