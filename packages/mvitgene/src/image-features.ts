/**
 * Where the features of the two image branches come from: the authors' networks in the `finetune` regime, the views `tiles`
 * and `patch` of a frozen encoder in the `frozen` one.
 */
import { SpotbenchError, type Batch, type ModelSizes, type NamedTensors, type Regime } from '@spotbench/core';
import {
  backboneUnder,
  featuresOf,
  imagesOf,
  mobilevitS,
  resnet50,
  type Backbone,
  type ParameterSpecs,
} from '@spotbench/engine';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { cutTiles, TILES } from './tiles.ts';

/** What the authors put before the names of ResNet-50's parameters, and of MobileViT-S's. */
export const TILES_NETWORK = 'image_encoder.model';
export const VIT_NETWORK = 'vit_encoder';

/** Features of a batch, and new running statistics where a network was trained to make them. */
export interface BranchFeatures {
  readonly features: Tensor;
  readonly updates: NamedTensors;
}

/** Features of one batch as a function of parameters. */
type Branch = (parameters: NamedTensors, batch: Batch, mode: 'train' | 'eval') => BranchFeatures;

/** A source of image features. */
export interface ImageFeatures {
  readonly parameters: ParameterSpecs;
  /** Width of a tile's features and of the second branch's. */
  widths(sizes: ModelSizes): { readonly tile: number; readonly vit: number };
  /** Every tile by itself. [9B, D] */
  readonly tiles: Branch;
  /** The whole patch as if it were one tile: what the released inference does. [B, D] */
  readonly wholeAsTile: Branch;
  /** The whole patch, for the second branch. [B, D'] */
  readonly vit: Branch;
}

export function imageFeatures(regime: Regime): ImageFeatures {
  return regime === 'frozen' ? frozenFeatures : trainedFeatures();
}

const frozenFeatures: ImageFeatures = {
  parameters: {},
  widths: ({ featureWidth }) => ({ tile: featureWidth, vit: featureWidth }),
  tiles: (_parameters, batch) => asTheyAre(oneRowPerTile(featuresOf(batch, 'tiles'))),
  wholeAsTile: (_parameters, batch) => asTheyAre(featuresOf(batch, 'patch')),
  vit: (_parameters, batch) => asTheyAre(featuresOf(batch, 'patch')),
};

const asTheyAre = (features: Tensor): BranchFeatures => ({ features, updates: {} });

/** [B, 9, D] to [9B, D]. */
function oneRowPerTile(features: Tensor): Tensor {
  const [, T, D] = features.shape;
  if (features.rank === 3 && T === TILES) return reshape(features, [-1, D]);
  throw new SpotbenchError(
    'bad-config',
    `mvitgene: needed features [B, ${TILES}, D] of view tiles, got [${features.shape.join(', ')}]; make the features again`,
  );
}

/** ResNet-50 for tiles, MobileViT-S for the whole, as the authors name them. */
function trainedFeatures(): ImageFeatures {
  const resnet = backboneUnder(TILES_NETWORK, resnet50());
  const mobilevit = backboneUnder(VIT_NETWORK, mobilevitS());
  return {
    parameters: { ...resnet.parameters, ...mobilevit.parameters },
    widths: () => ({ tile: resnet.width, vit: mobilevit.width }),
    tiles: (parameters, batch, mode) => pooled(resnet, parameters, cutTiles(imagesOf(batch, 'patch')), mode),
    wholeAsTile: (parameters, batch, mode) => pooled(resnet, parameters, imagesOf(batch, 'patch'), mode),
    vit: (parameters, batch, mode) => pooled(mobilevit, parameters, imagesOf(batch, 'patch'), mode),
  };
}

function pooled(backbone: Backbone, parameters: NamedTensors, images: Tensor, mode: 'train' | 'eval'): BranchFeatures {
  const output = backbone.forward(parameters, images, mode);
  return { features: output.pooled, updates: output.updates };
}
