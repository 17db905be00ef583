import { customGrad, image, matMul, reshape, tensor2d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * x [B, h, w, C] resized to [B, height, width, C] by bilinear interpolation between pixel centres, without smoothing.
 *
 * Source: torch.nn.functional.interpolate(mode='bilinear', align_corners=False).
 *
 * The gradient is made here: TensorFlow.js's own ignores the half-pixel shift.
 */
export function resizeBilinear(x: Tensor4D, height: number, width: number): Tensor4D {
  const [, h, w] = x.shape;
  if (h === height && w === width) return x;
  const resize = customGrad((given) => ({
    value: image.resizeBilinear(given as Tensor4D, [height, width], false, true), // [B, height, width, C]
    gradFunc: (dy) => spread(dy as Tensor4D, h, w),
  }));
  return resize(x) as Tensor4D;
}

/** Gives every pixel of dy [B, height, width, C] back to the pixels it was mixed from: [B, h, w, C]. */
function spread(dy: Tensor4D, h: number, w: number): Tensor4D {
  const [B, height, width, C] = dy.shape;
  const columns = matMul(mixing(w, width), reshape(dy, [B * height, width, C]), true, false); // [B * height, w, C]
  const rows = matMul(mixing(h, height), reshape(columns, [B, height, w * C]), true, false); // [B, h, w * C]
  return reshape(rows, [B, h, w, C]);
}

/** The matrix that resizes one axis: row i holds the weights of the `from` pixels that make pixel i. [to, from] */
function mixing(from: number, to: number): Tensor {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(centre);
    const high = Math.min(low + 1, from - 1);
    weights[i * from + low] += 1 - (centre - low);
    weights[i * from + high] += centre - low;
  }
  return tensor2d(weights, [to, from]);
}
