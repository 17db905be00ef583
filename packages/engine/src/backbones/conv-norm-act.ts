import type { Initialiser } from '@spotbench/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { batchNormSpecs } from '../layers/batch-norm.ts';
import { conv2dSpecs, type Conv2dOptions } from '../layers/conv2d.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { silu } from '../layers/silu.ts';
import { convNorm, type ConvNormNames, type Pass } from './pass.ts';

/** Names inside timm's ConvNormAct. */
export function convNormActNames(name: string): ConvNormNames {
  return { conv: `${name}.conv`, norm: `${name}.bn` };
}

/** `conv` without bias and `bn`: timm's ConvNormAct. */
export function convNormActSpecs(input: number, output: number, kernel: number, depthwise = false): ParameterSpecs {
  const init = convInit(output, kernel, depthwise);
  return {
    ...scoped('conv', conv2dSpecs({ input, output, kernel, depthwise, init })),
    ...scoped('bn', batchNormSpecs(output)),
  };
}

/** Convolution, batch norm, SiLU: [B, h, w, C] to [B, h', w', output]. */
export function convNormSilu(pass: Pass, name: string, x: Tensor4D, options?: Conv2dOptions): Tensor4D {
  return silu(convNorm(pass, convNormActNames(name), x, options));
}

/** timm's byobnet: normal with std sqrt(2 / fan_out), fan_out counted within one group. */
export function convInit(output: number, kernel: number, depthwise = false): Initialiser {
  return { kind: 'normal', std: Math.sqrt(2 / (kernel * kernel * (depthwise ? 1 : output))) };
}
