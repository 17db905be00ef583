import { SpotbenchError, type Initialiser } from '@spotbench/core';
import { add, conv2d as tfConv2d, depthwiseConv2d, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import { sizeOf } from '../host-shape.ts';
import { biasUniform, kaimingUniform } from '../initialisers/kinds.ts';
import { parameter, type ParameterSpecs } from './parameter.ts';
import { requireLastAxis, requireRank } from './require-shape.ts';

/** Channels in and out, side of the square kernel; one filter per channel where `depthwise`. */
export interface Conv2dShape {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly depthwise?: boolean;
  readonly bias?: boolean;
  /** PyTorch's default (uniform in ±1 / sqrt(fan_in)) unless told otherwise. */
  readonly init?: Initialiser;
}

/** `weight` [output, input, kernel, kernel] ([output, 1, kernel, kernel] where depthwise), and `bias` [output] if asked for. */
export function conv2dSpecs({
  input,
  output,
  kernel,
  depthwise,
  bias,
  init = kaimingUniform,
}: Conv2dShape): ParameterSpecs {
  const shape = [output, depthwise ? 1 : input, kernel, kernel];
  if (!bias) return { weight: { shape, init } };
  return { weight: { shape, init }, bias: { shape: [output], init: biasUniform(shape) } };
}

/** Step of the kernel and zeros around the image, both in pixels. */
export interface Conv2dOptions {
  readonly stride?: number;
  readonly pad?: number;
}

/**
 * The cross-correlation of x [B, h, w, C] with `name.weight`, plus `name.bias` where there is one: [B, h', w', output] with
 * h' = floor((h + 2 pad - kernel) / stride) + 1. Weights are in PyTorch's layout; the transposes to TensorFlow.js's are
 * only a change of view where the step is compiled.
 *
 * Source: torch.nn.Conv2d with zero padding and groups 1 or, where the weight is [C, 1, kernel, kernel], C.
 */
export function conv2d(
  params: TensorMap,
  name: string,
  x: Tensor,
  { stride = 1, pad = 0 }: Conv2dOptions = {},
): Tensor4D {
  const weight = parameter(params, `${name}.weight`);
  requireRank(`${name}: the image [B, h, w, C]`, x, 4);
  requireFits(name, x, weight.shape[2]!, pad);
  const image = x as Tensor4D;
  const depthwise = weight.shape[1] === 1 && x.shape[3] === weight.shape[0];
  if (!depthwise) requireLastAxis(name, x, weight.shape[1]!);
  const y = depthwise
    ? depthwiseConv2d(image, transpose(weight as Tensor4D, [2, 3, 0, 1]), stride, pad) // weight [kernel, kernel, C, 1]
    : tfConv2d(image, transpose(weight as Tensor4D, [2, 3, 1, 0]), stride, pad); // weight [kernel, kernel, input, output]
  const bias = `${name}.bias`;
  return Object.hasOwn(params, bias) ? add(y, parameter(params, bias)) : y; // [B, h', w', output]
}

function requireFits(name: string, x: Tensor, kernel: number, pad: number): void {
  const [, height, width] = x.shape as [number, number, number, number];
  if (sizeOf(x.shape) > 0 && Math.min(height, width) + 2 * pad >= kernel) return;
  throw new SpotbenchError(
    'bad-config',
    `${name}: needs an image of at least ${kernel - 2 * pad} px, got [${x.shape.join(', ')}]; use larger patches`,
  );
}
