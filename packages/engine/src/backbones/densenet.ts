/**
 * DenseNet-121 (Huang et al. 2017, "Densely connected convolutional networks"), after torchvision/models/densenet.py with
 * its state-dict names below `features`. x is [B, h, w, C] throughout.
 */
import { concat, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Initialiser } from '@spotbench/core';
import { fanIn } from '../initialisers/fan.ts';
import { conv2d, conv2dSpecs } from '../layers/conv2d.ts';
import { batchNormSpecs } from '../layers/batch-norm.ts';
import { averagePool2d, maxPool2d } from '../layers/pooling.ts';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { relu } from '../layers/relu.ts';
import { requireImages, type Backbone } from './backbone.ts';
import { channelsLast, convNorm, convNormSpecs, mapOutput, normRelu, norm, startPass, type Pass } from './pass.ts';

/** Channels each layer adds. */
const GROWTH = 32;
/** Channels between the two convolutions of a layer. */
const BOTTLENECK = 4 * GROWTH;
const STEM = 64;
/** Layers of each dense block. */
const BLOCKS = [6, 12, 24, 16] as const;
/** conv0 and pool0 halve rounding up, the three transitions rounding down: 29 px is the least that leaves a pixel. */
const SMALLEST_PX = 29;

const STEM_NAMES = { conv: 'conv0', norm: 'norm0' };

/** How DenseNet ends; the name says which of the two. */
export interface DenseNetOptions {
  /** ReLU after the last batch norm, as in the classifier's forward pass; the papers here leave it out. */
  readonly lastRelu?: boolean;
}

/** DenseNet-121's `features`: images [B, 3, h, w] to D = 1024 features. */
export function densenet121({ lastRelu = false }: DenseNetOptions = {}): Backbone {
  const shape = { name: 'densenet121', width: 1024, smallestPx: SMALLEST_PX, parameters: densenetSpecs() };
  return {
    ...shape,
    forward(params, images, mode) {
      requireImages(shape, images);
      const pass = startPass(params, mode);
      const map = features(pass, channelsLast(images));
      return mapOutput(lastRelu ? relu(map) : map, pass);
    },
  };
}

/** [B, h, w, 3] to [B, h / 32, w / 32, 1024]. */
function features(pass: Pass, images: Tensor4D): Tensor4D {
  const stem = relu(convNorm(pass, STEM_NAMES, images, { stride: 2, pad: 3 })); // [B, h / 2, w / 2, 64]
  let x = maxPool2d(stem, { kernel: 3, stride: 2, pad: 1 }); // [B, h / 4, w / 4, 64]
  BLOCKS.forEach((layers, block) => {
    for (let layer = 1; layer <= layers; layer++) x = denseLayer(pass, layerName(block, layer), x); // + 32 channels
    if (block < BLOCKS.length - 1) x = transition(pass, `transition${block + 1}`, x); // half the sides and channels
  });
  return norm(pass, 'norm5', x);
}

/** [x, conv3x3(relu(bn(conv1x1(relu(bn(x))))))]: [B, h, w, C] to [B, h, w, C + 32]. */
function denseLayer(pass: Pass, name: string, x: Tensor4D): Tensor4D {
  const narrow = conv2d(pass.params, `${name}.conv1`, normRelu(pass, `${name}.norm1`, x)); // [B, h, w, 128]
  const grown = conv2d(pass.params, `${name}.conv2`, normRelu(pass, `${name}.norm2`, narrow), { pad: 1 }); // [B, h, w, 32]
  return concat([x, grown], 3);
}

/** [B, h, w, C] to [B, h / 2, w / 2, C / 2]. */
function transition(pass: Pass, name: string, x: Tensor4D): Tensor4D {
  const halved = conv2d(pass.params, `${name}.conv`, normRelu(pass, `${name}.norm`, x)); // [B, h, w, C / 2]
  return averagePool2d(halved, { kernel: 2, stride: 2 });
}

function layerName(block: number, layer: number): string {
  return `denseblock${block + 1}.denselayer${layer}`;
}

function densenetSpecs(): ParameterSpecs {
  const specs: Record<string, ParameterSpecs[string]> = { ...convNormSpecs(STEM_NAMES, conv(3, STEM, 7)) };
  let channels = STEM;
  BLOCKS.forEach((layers, block) => {
    for (let layer = 1; layer <= layers; layer++) {
      Object.assign(specs, scoped(layerName(block, layer), denseLayerSpecs(channels)));
      channels += GROWTH;
    }
    if (block === BLOCKS.length - 1) return;
    Object.assign(specs, scoped(`transition${block + 1}`, transitionSpecs(channels)));
    channels /= 2;
  });
  return { ...specs, ...scoped('norm5', batchNormSpecs(channels)) };
}

function denseLayerSpecs(channels: number): ParameterSpecs {
  return {
    ...scoped('norm1', batchNormSpecs(channels)),
    ...scoped('conv1', conv2dSpecs(conv(channels, BOTTLENECK, 1))),
    ...scoped('norm2', batchNormSpecs(BOTTLENECK)),
    ...scoped('conv2', conv2dSpecs(conv(BOTTLENECK, GROWTH, 3))),
  };
}

function transitionSpecs(channels: number): ParameterSpecs {
  return {
    ...scoped('norm', batchNormSpecs(channels)),
    ...scoped('conv', conv2dSpecs(conv(channels, channels / 2, 1))),
  };
}

/** `kaiming_normal_` with its defaults, as torchvision starts DenseNet: normal with std sqrt(2 / fan_in). */
function conv(input: number, output: number, kernel: number) {
  const init: Initialiser = { kind: 'normal', std: Math.sqrt(2 / fanIn([output, input, kernel, kernel])) };
  return { input, output, kernel, init };
}
