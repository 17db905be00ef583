/**
 * Cross-modal masked reconstruction: half of the image tokens' elements are hidden, and what is left has to make up the
 * image's embedding with the help of the spot's expression.
 *
 * Source: paper (arXiv 2506.08854), `forward` of the authors' models.py (4c4d157).
 */
import type { Batch, ModelSizes, NamedTensors, RandomDeclaration, Regime } from '@spotbench/core';
import {
  alphaDropout,
  crossAttention,
  crossAttentionSpecs,
  dropoutInput,
  dropoutMask,
  linear,
  linearSpecs,
  scoped,
  type ParameterSpecs,
} from '@spotbench/engine';
import { elu, mean, mul, reshape, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { fusionBlock, fusionBlockSpecs, fusionDropouts, type FusionMasks } from './fusion-block.ts';
import { imageTokens } from './image-tokens.ts';

/** The authors' names; `768` is part of one whatever the width of the image tokens. */
const SPOT_TOKENS = 'spot_projection_restruction.0';
const SPOT_TOKENS_DROPOUT = 'spot_projection_restruction.2';
const IMAGE_TOKENS = 'latent_linear_768_2_256';
const QUERY = 'first_attention';
const FUSION = 'cross_modal_image_layers';
/** One block: the authors' list holds it once for every pass. */
const FUSION_BLOCK = `${FUSION}.0`;

/** Random input: which elements of the projected image tokens are seen. [B, T, P] */
export const IMAGE_TOKEN_MASK = 'image_token_mask';

export function reconstructionSpecs(config: Config, regime: Regime, sizes: ModelSizes): ParameterSpecs {
  const { projectionWidth: P, spotTokens: S } = config;
  const D = imageTokens(config, regime).width(sizes);
  return {
    ...scoped(SPOT_TOKENS, linearSpecs({ input: sizes.geneCount, output: S * P })),
    ...scoped(IMAGE_TOKENS, linearSpecs({ input: D, output: P })),
    ...scoped(QUERY, crossAttentionSpecs(P)),
    ...scoped(FUSION_BLOCK, fusionBlockSpecs(config)),
  };
}

/** The image token mask, and the masks of every dropout. */
export function reconstructionRandom(
  config: Config,
  regime: Regime,
  sizes: ModelSizes,
  B: number,
): Readonly<Record<string, RandomDeclaration>> {
  const { projectionWidth: P, spotTokens: S } = config;
  const T = imageTokens(config, regime).count(sizes);
  const dropouts = Object.entries(fusionDropouts(config, [B, T, S]));
  const passes = passNames(config).flatMap((pass) =>
    dropouts.map(([part, { rate, shape }]) => dropoutInput(`${pass}.${part}`, rate, shape)),
  );
  const mask: RandomDeclaration = { kind: 'bernoulli', keep: config.keptFraction, shape: [B, T, P] };
  return Object.assign(
    { [IMAGE_TOKEN_MASK]: mask },
    dropoutInput(SPOT_TOKENS_DROPOUT, config.spotTokenDropout, [B, S * P]),
    ...passes,
  ) as Readonly<Record<string, RandomDeclaration>>;
}

/**
 * Image tokens [B, T, D] and expression [B, G] to a second image embedding [B, P]. Without random inputs, in evaluation
 * mode, there is no dropout, and the mean of the image token mask stands for it: the published code draws one for
 * validation too, which adds noise to the loss that chooses the epoch.
 */
export function reconstruct(config: Config, parameters: NamedTensors, tokens: Tensor3D, batch: Batch): Tensor2D {
  const y = spotTokens(config, parameters, batch); // [B, S, P]
  const seen = mul(linear(parameters, IMAGE_TOKENS, tokens), maskOf(batch) ?? config.keptFraction); // [B, T, P]
  let x: Tensor = crossAttention(parameters, QUERY, seen, y, config.queryHeads); // [B, T, P]
  for (const pass of passNames(config)) {
    x = fusionBlock(parameters, FUSION_BLOCK, { x, y }, config.fusionHeads, fusionMasks(config, pass, batch));
  }
  return mean(x, 1); // [B, P]
}

/** AlphaDropout(ELU(W x + b)) cut into S tokens: expression [B, G] to [B, S, P]. */
function spotTokens(config: Config, parameters: NamedTensors, batch: Batch): Tensor3D {
  const { projectionWidth: P, spotTokens: S, spotTokenDropout: rate } = config;
  const activated = elu(linear(parameters, SPOT_TOKENS, batch.expression)); // [B, S P]
  const mask = dropoutMask(SPOT_TOKENS_DROPOUT, rate, batch, modeOf(batch));
  return reshape(alphaDropout(activated, mask), [-1, S, P]);
}

function fusionMasks(config: Config, pass: string, batch: Batch): FusionMasks {
  const mask = (part: string, rate: number) => dropoutMask(`${pass}.${part}`, rate, batch, modeOf(batch));
  return {
    attention: mask('attention', config.dropout),
    hidden: mask('hidden', config.dropout),
    output: mask('output', config.dropout),
    query: mask('query', config.crossDropout),
    key: mask('key', config.crossDropout),
  };
}

function passNames({ fusionPasses }: Config): string[] {
  return Array.from({ length: fusionPasses }, (_, pass) => `${FUSION}.${pass}`);
}

function maskOf({ random }: Batch): Tensor | undefined {
  return Object.hasOwn(random, IMAGE_TOKEN_MASK) ? random[IMAGE_TOKEN_MASK] : undefined;
}

/** A loss is not told its mode; random inputs are there exactly in training mode. */
function modeOf(batch: Batch): 'train' | 'eval' {
  return maskOf(batch) === undefined ? 'eval' : 'train';
}
