import {
  backend_util as backendUtil,
  getGradient,
  matMul,
  mul,
  reshape,
  tensor,
  tensor2d,
  type AvgPoolAttrs,
  type ResizeBilinearAttrs,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { windowOf } from '../kernels/window.ts';
import type { Correction } from './correction.ts';

/** Average pooling with padding, and bilinear resizing. */
export const imageGradients: readonly Correction[] = [
  {
    kernelName: 'AvgPool',
    symptom: 'divides by the whole window, where the forward pass divides by its part inside the image',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as Tensor4D[];
      const weighted = mul(dy as Tensor4D, wholePerPart(x, attrs as unknown as AvgPoolAttrs));
      return poolGradient(weighted, saved, attrs);
    },
  },
  {
    kernelName: 'ResizeBilinear',
    symptom: 'ignores halfPixelCenters',
    inputsToSave: ['images'],
    gradFunc: (dy, [images], attrs) => ({
      images: () => spread(dy as Tensor4D, images as Tensor4D, attrs as unknown as ResizeBilinearAttrs),
    }),
  },
];

const { gradFunc: poolGradient } = getGradient('AvgPool');

/** Size of the window / size of its part inside the image, for every output position: [1, H', W', 1]. */
function wholePerPart(x: Tensor4D, { filterSize, strides, pad, dimRoundingMode }: AvgPoolAttrs): Tensor {
  const window = windowOf(backendUtil.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode));
  const [rows, columns] = [0, 1].map((axis) =>
    Array.from({ length: window.output[axis] }, (_, position) => {
      const start = position * window.stride[axis] - window.before[axis];
      const end = Math.min(start + window.size[axis], window.input[axis]);
      return window.size[axis] / (end - Math.max(start, 0));
    }),
  );
  const ratios = rows.flatMap((row) => columns.map((column) => row * column));
  return tensor(ratios, [1, rows.length, columns.length, 1]);
}

/** Gives every pixel of dy [B, H', W', C] back to the pixels it was mixed from: [B, H, W, C]. */
function spread(dy: Tensor4D, images: Tensor4D, attrs: ResizeBilinearAttrs): Tensor4D {
  const [batch, height, width, channels] = dy.shape;
  const [, h, w] = images.shape;
  const across = mixing(w, width, attrs); // [W', W]
  const columns = matMul(across, reshape(dy, [batch * height, width, channels]), true, false); // [B H', W, C]
  const rows = matMul(mixing(h, height, attrs), reshape(columns, [batch, height, w * channels]), true, false);
  return reshape(rows, [batch, h, w, channels]);
}

/** Row i holds the weights of the `from` pixels that make pixel i: [to, from]. */
function mixing(from: number, to: number, { alignCorners, halfPixelCenters }: ResizeBilinearAttrs): Tensor {
  const weights = new Float32Array(to * from);
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  for (let i = 0; i < to; i++) {
    const position = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
    const centre = Math.min(Math.max(position, 0), from - 1);
    const low = Math.floor(centre);
    weights[i * from + low] += 1 - (centre - low);
    weights[i * from + Math.min(low + 1, from - 1)] += centre - low;
  }
  return tensor2d(weights, [to, from]);
}
