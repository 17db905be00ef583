/**
 * MobileViT-S (Mehta and Rastegari 2022, "MobileViT: light-weight, general-purpose, and mobile-friendly vision transformer"),
 * after timm/models/mobilevit.py and byobnet.py (`mobilevit_s`) with their state-dict names. x is [B, h, w, C] throughout.
 */
import { add, type Tensor4D } from '@tensorflow/tfjs-core';
import { scoped, type ParameterSpecs } from '../layers/parameter.ts';
import { requireImages, type Backbone } from './backbone.ts';
import { convNormActNames, convNormActSpecs, convNormSilu } from './conv-norm-act.ts';
import { mobileVitBlock, mobileVitBlockSpecs } from './mobilevit-block.ts';
import { channelsLast, convNorm, mapOutput, startPass, type Pass } from './pass.ts';

/** A stage: inverted residual blocks, the first of them strided, then perhaps a transformer over the whole map. */
interface Stage {
  readonly residuals: number;
  readonly channels: number;
  readonly stride: number;
  readonly transformer?: { readonly width: number; readonly depth: number };
}

const STEM_CHANNELS = 16;
const STAGES: readonly Stage[] = [
  { residuals: 1, channels: 32, stride: 1 },
  { residuals: 3, channels: 64, stride: 2 },
  { residuals: 1, channels: 96, stride: 2, transformer: { width: 144, depth: 2 } },
  { residuals: 1, channels: 128, stride: 2, transformer: { width: 192, depth: 4 } },
  { residuals: 1, channels: 160, stride: 2, transformer: { width: 240, depth: 3 } },
];
/** Channels inside an inverted residual over those that enter it. */
const EXPANSION = 4;
const FEATURES = 640;

/** MobileViT-S: images [B, 3, h, w] to D = 640 features. */
export function mobilevitS(): Backbone {
  // Every layer rounds up, so that one pixel is enough.
  const shape = { name: 'mobilevit_s', width: FEATURES, smallestPx: 1, parameters: mobilevitSpecs() };
  return {
    ...shape,
    forward(params, images, mode) {
      requireImages(shape, images);
      const pass = startPass(params, mode);
      return mapOutput(features(pass, channelsLast(images)), pass);
    },
  };
}

/** [B, h, w, 3] to [B, h / 32, w / 32, 640]. */
function features(pass: Pass, images: Tensor4D): Tensor4D {
  let x = convNormSilu(pass, 'stem', images, { stride: 2, pad: 1 }); // [B, h / 2, w / 2, 16]
  STAGES.forEach(({ residuals, stride, transformer }, stage) => {
    for (let i = 0; i < residuals; i++) x = invertedResidual(pass, `stages.${stage}.${i}`, x, i === 0 ? stride : 1);
    if (transformer) x = mobileVitBlock(pass, `stages.${stage}.${residuals}`, x, transformer.depth);
  });
  return convNormSilu(pass, 'final_conv', x); // [B, h / 32, w / 32, 640]
}

/**
 * 1 x 1 up to 4 C channels, depthwise 3 x 3, 1 x 1 down, each with batch norm, SiLU after the first two; x is added where the
 * shape stays. [B, h, w, C] to [B, h / stride, w / stride, C'].
 */
function invertedResidual(pass: Pass, name: string, x: Tensor4D, stride: number): Tensor4D {
  const wide = convNormSilu(pass, `${name}.conv1_1x1`, x); // [B, h, w, 4 C]
  const mixed = convNormSilu(pass, `${name}.conv2_kxk`, wide, { stride, pad: 1 }); // [B, h / stride, w / stride, 4 C]
  const y = convNorm(pass, convNormActNames(`${name}.conv3_1x1`), mixed); // [B, h / stride, w / stride, C']
  return stride === 1 && y.shape[3] === x.shape[3] ? add(y, x) : y;
}

function mobilevitSpecs(): ParameterSpecs {
  const specs: Record<string, ParameterSpecs[string]> = { ...scoped('stem', convNormActSpecs(3, STEM_CHANNELS, 3)) };
  let input = STEM_CHANNELS;
  STAGES.forEach(({ residuals, channels, transformer }, stage) => {
    for (let i = 0; i < residuals; i++) {
      Object.assign(specs, scoped(`stages.${stage}.${i}`, invertedResidualSpecs(input, channels)));
      input = channels;
    }
    if (!transformer) return;
    Object.assign(specs, scoped(`stages.${stage}.${residuals}`, mobileVitBlockSpecs(channels, transformer)));
  });
  return { ...specs, ...scoped('final_conv', convNormActSpecs(input, FEATURES, 1)) };
}

function invertedResidualSpecs(input: number, output: number): ParameterSpecs {
  const inside = EXPANSION * input;
  return {
    ...scoped('conv1_1x1', convNormActSpecs(input, inside, 1)),
    ...scoped('conv2_kxk', convNormActSpecs(inside, inside, 3, true)),
    ...scoped('conv3_1x1', convNormActSpecs(inside, output, 1)),
  };
}
