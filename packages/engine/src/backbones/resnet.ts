/**
 * ResNet-18 and -50 (He et al. 2016, "Deep residual learning"), after timm/models/resnet.py, whose state-dict names are
 * torchvision's too. The stride of a bottleneck sits on its 3 x 3 convolution. x is [B, h, w, C] throughout.
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import { kaimingNormalFanOut, zeros } from '../initialisers/kinds.ts';
import { maxPool2d } from '../layers/pooling.ts';
import type { ParameterSpecs } from '../layers/parameter.ts';
import { relu } from '../layers/relu.ts';
import { requireImages, type Backbone } from './backbone.ts';
import { channelsLast, convNorm, convNormSpecs, mapOutput, startPass, type Pass } from './pass.ts';

/** One convolution of a block: its side, its share of the stage's stride, its output as a multiple of the stage's width. */
interface BlockConv {
  readonly kernel: number;
  readonly strided: boolean;
  readonly expansion: number;
}

/** Two 3 x 3 convolutions. */
const BASIC: readonly BlockConv[] = [
  { kernel: 3, strided: true, expansion: 1 },
  { kernel: 3, strided: false, expansion: 1 },
];

/** 1 x 1 down, 3 x 3, 1 x 1 up. */
const BOTTLENECK: readonly BlockConv[] = [
  { kernel: 1, strided: false, expansion: 1 },
  { kernel: 3, strided: true, expansion: 1 },
  { kernel: 1, strided: false, expansion: 4 },
];

interface ResNetShape {
  readonly name: string;
  readonly block: readonly BlockConv[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
}

const STEM = { conv: 'conv1', norm: 'bn1' };
const STEM_WIDTH = 64;

/** ResNet-18: images [B, 3, h, w] to D = 512 features. */
export function resnet18(): Backbone {
  return resnet({ name: 'resnet18', block: BASIC, depths: [2, 2, 2, 2] });
}

/** ResNet-50: images [B, 3, h, w] to D = 2048 features. */
export function resnet50(): Backbone {
  return resnet({ name: 'resnet50', block: BOTTLENECK, depths: [3, 4, 6, 3] });
}

function resnet(layout: ResNetShape): Backbone {
  const width = stageWidth(layout.depths.length - 1) * layout.block.at(-1)!.expansion;
  // Every layer rounds up, so that one pixel is enough.
  const shape = { name: layout.name, width, smallestPx: 1, parameters: resnetSpecs(layout) };
  return {
    ...shape,
    forward(params, images, mode) {
      requireImages(shape, images);
      const pass = startPass(params, mode);
      return mapOutput(features(pass, layout, channelsLast(images)), pass);
    },
  };
}

/** [B, h, w, 3] to [B, h / 32, w / 32, D]. */
function features(pass: Pass, { block, depths }: ResNetShape, images: Tensor4D): Tensor4D {
  const stem = relu(convNorm(pass, STEM, images, { stride: 2, pad: 3 })); // [B, h / 2, w / 2, 64]
  let x = maxPool2d(stem, { kernel: 3, stride: 2, pad: 1 }); // [B, h / 4, w / 4, 64]
  depths.forEach((depth, stage) => {
    for (let i = 0; i < depth; i++) x = residual(pass, blockName(stage, i), block, x, stageStride(stage, i));
  });
  return x;
}

/** relu(F(x) + shortcut(x)); the shortcut is x itself or, where the shape changes, a strided 1 x 1 convolution and norm. */
function residual(pass: Pass, name: string, block: readonly BlockConv[], x: Tensor4D, stride: number): Tensor4D {
  let y = x;
  block.forEach(({ kernel, strided }, i) => {
    const options = { stride: strided ? stride : 1, pad: (kernel - 1) / 2 };
    const normed = convNorm(pass, partNames(name, i), y, options); // [B, h / stride, w / stride, C']
    y = i < block.length - 1 ? relu(normed) : normed;
  });
  const downsample = `${name}.downsample.0.weight` in pass.params;
  return relu(add(y, downsample ? convNorm(pass, downsampleNames(name), x, { stride }) : x));
}

const blockName = (stage: number, i: number): string => `layer${stage + 1}.${i}`;
const partNames = (name: string, i: number) => ({ conv: `${name}.conv${i + 1}`, norm: `${name}.bn${i + 1}` });
const downsampleNames = (name: string) => ({ conv: `${name}.downsample.0`, norm: `${name}.downsample.1` });
const stageWidth = (stage: number): number => 64 * 2 ** stage;
const stageStride = (stage: number, i: number): number => (stage > 0 && i === 0 ? 2 : 1);

function resnetSpecs({ block, depths }: ResNetShape): ParameterSpecs {
  const specs: Record<string, ParameterSpecs[string]> = { ...convNormSpecs(STEM, conv(3, STEM_WIDTH, 7)) };
  let channels = STEM_WIDTH;
  depths.forEach((depth, stage) => {
    for (let i = 0; i < depth; i++) {
      Object.assign(specs, blockSpecs(blockName(stage, i), block, channels, stage, i));
      channels = stageWidth(stage) * block.at(-1)!.expansion;
    }
  });
  return specs;
}

function blockSpecs(
  name: string,
  block: readonly BlockConv[],
  input: number,
  stage: number,
  i: number,
): ParameterSpecs {
  const output = stageWidth(stage) * block.at(-1)!.expansion;
  let channels = input;
  const parts = block.map(({ kernel, expansion }, part) => {
    const shape = conv(channels, stageWidth(stage) * expansion, kernel);
    channels = shape.output;
    return convNormSpecs(partNames(name, part), shape);
  });
  const same = input === output && stageStride(stage, i) === 1;
  if (!same) parts.push(convNormSpecs(downsampleNames(name), conv(input, output, 1)));
  // timm's zero_init_last: at first every block is the identity.
  const last = `${partNames(name, block.length - 1).norm}.weight`;
  const specs = Object.assign({}, ...parts) as Record<string, ParameterSpecs[string]>;
  return { ...specs, [last]: { ...specs[last], init: zeros } };
}

/** `kaiming_normal_(mode='fan_out')`, as timm starts ResNets. */
function conv(input: number, output: number, kernel: number) {
  return { input, output, kernel, init: kaimingNormalFanOut };
}
