/** The paper's levels: a spot, its neighbourhood, and the whole slide. */
import { featuresOf, imagesOf, type ParameterSpecs } from '@spotbench/engine';
import type { Batch, FeatureView, ImageView, ModelSizes, NamedTensors, Regime } from '@spotbench/core';
import { concat, expandDims, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { encodeInTurn, requireImagePx, sharedBackbone } from './backbone.ts';
import type { PaperConfig } from './config.ts';

/** Views of the frozen features. */
export const paperViews = ['patch', 'neighbourhood', 'slide'] as const satisfies readonly FeatureView[];
/** The same as images. */
export const paperImages = ['patch', 'neighbourhood', 'slide'] as const satisfies readonly ImageView[];

/** Features of the three levels. */
export interface Levels {
  /** The spot's own. [B, D] */
  readonly spot: Tensor;
  /** The neighbourhood's, then the slide's tokens. [B, 1 + T, D] */
  readonly context: Tensor3D;
  readonly updates: NamedTensors;
}

/** Where the levels' features come from. */
export interface LevelFeatures {
  readonly parameters: ParameterSpecs;
  /** Width of a feature, D. */
  width(sizes: ModelSizes): number;
  encode(parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval'): Levels;
}

/** @throws SpotbenchError `bad-config` for images smaller than the backbone allows. */
export function levelFeatures(config: PaperConfig, regime: Regime): LevelFeatures {
  return regime === 'frozen' ? frozenLevels : trainedLevels(config);
}

const frozenLevels: LevelFeatures = {
  parameters: {},
  width: ({ featureWidth }) => featureWidth,
  encode(_parameters, batch) {
    const [spot, neighbourhood, slide] = paperViews.map((view) => featuresOf(batch, view));
    return { spot, context: contextOf(neighbourhood, slide), updates: {} };
  },
};

/** The slide's tokens are the pixels of its last feature map, T = (S / 32)^2. */
function trainedLevels(config: PaperConfig): LevelFeatures {
  const backbone = sharedBackbone(config);
  requireImagePx(backbone, 'hiscmcl-paper: imageSizePx', config.imageSizePx);
  return {
    parameters: backbone.parameters,
    width: () => backbone.width,
    encode(parameters, batch, mode) {
      const images = paperImages.map((view) => imagesOf(batch, view)); // [B, 3, S, S] each
      const { outputs, updates } = encodeInTurn(backbone, parameters, images, mode);
      const [spot, neighbourhood, slide] = outputs;
      return { spot: spot.pooled, context: contextOf(neighbourhood.pooled, slide.tokens), updates };
    },
  };
}

/** neighbourhood [B, D] and slide [B, T, D], or [B, D] for a single token, to [B, 1 + T, D]. */
function contextOf(neighbourhood: Tensor, slide: Tensor): Tensor3D {
  const tokens = slide.rank === 2 ? expandDims(slide, 1) : slide; // [B, T, D]
  return concat([expandDims(neighbourhood, 1), tokens], 1) as Tensor3D;
}
