/** The released code's scales: one crop, seen at several sizes by one backbone. */
import { featuresOf, imagesOf, resizeBilinear, type ParameterSpecs } from '@spotbench/engine';
import {
  SpotbenchError,
  type Batch,
  type FeatureView,
  type ModelSizes,
  type NamedTensors,
  type Regime,
} from '@spotbench/core';
import { transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { encodeInTurn, requireImagePx, sharedBackbone } from './backbone.ts';
import type { Config } from './config.ts';

/** The scale that takes the crop as it is, whatever its size. Code: `if scale == 224` in model.py (cad8a82). */
const AS_IT_IS = 224;

/** Views of the frozen features: the scales of the default configuration. */
export const views = ['patch', 'scale-672'] as const satisfies readonly FeatureView[];

/** Pooled features of every scale. */
export interface ScaleFeatures {
  readonly parameters: ParameterSpecs;
  /** Width of one scale's features, D. */
  width(sizes: ModelSizes): number;
  /** One [B, D] for each scale. */
  encode(parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval'): { scales: Tensor[]; updates: NamedTensors };
}

/** @throws SpotbenchError `bad-config` for a scale without a view, or smaller than the backbone allows. */
export function scaleFeatures(config: Config, regime: Regime): ScaleFeatures {
  return regime === 'frozen' ? frozenScales(config) : trainedScales(config);
}

function frozenScales({ scales }: Config): ScaleFeatures {
  const scaleViews = scales.map(viewOf);
  return {
    parameters: {},
    width: ({ featureWidth }) => featureWidth,
    encode: (_parameters, batch) => ({ scales: scaleViews.map((view) => featuresOf(batch, view)), updates: {} }),
  };
}

function trainedScales(config: Config): ScaleFeatures {
  const backbone = sharedBackbone(config);
  for (const scale of config.scales) {
    requireImagePx(backbone, `hiscmcl: scale ${scale}`, scale === AS_IT_IS ? config.imageSizePx : scale);
  }
  return {
    parameters: backbone.parameters,
    width: () => backbone.width,
    encode(parameters, batch, mode) {
      const crop = imagesOf(batch, 'patch'); // [B, 3, S, S]
      const images = config.scales.map((scale) => resized(crop, scale)); // [B, 3, scale, scale] each
      const { outputs, updates } = encodeInTurn(backbone, parameters, images, mode);
      return { scales: outputs.map(({ pooled }) => pooled), updates };
    },
  };
}

/** [B, 3, S, S] to [B, 3, scale, scale]. */
function resized(crop: Tensor4D, scale: number): Tensor4D {
  if (scale === AS_IT_IS || scale === crop.shape[2]) return crop;
  return transpose(resizeBilinear(transpose(crop, [0, 2, 3, 1]), scale, scale), [0, 3, 1, 2]);
}

function viewOf(scale: number): FeatureView {
  const view: FeatureView = scale === AS_IT_IS ? 'patch' : `scale-${scale}`;
  if ((views as readonly string[]).includes(view)) return view;
  throw new SpotbenchError(
    'bad-config',
    `hiscmcl: scale ${scale} needs frozen features of view ${view}, there are ${views.join(', ')}; ` +
      `choose among their scales, or add the view to the method and its package.json`,
  );
}
