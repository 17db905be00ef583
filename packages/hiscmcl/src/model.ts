/**
 * HisCMCL (Bioinformatics 2026, btag342), after `mclSTExp_Attention` with `MultiScaleImageEncoder` of the authors' model.py
 * (cad8a82), and as the paper describes it. Spot encoder, projection heads, loss and retrieval are mclSTExp's, whose code the
 * authors extend. Parameter names are theirs where they have one.
 */
import { retrievalPredictor, spotTransformer, type RetrievalOptions } from '@spotbench/engine';
import type { ContrastiveMethod, Regime } from '@spotbench/core';
import type { Config, PaperConfig, SharedConfig } from './config.ts';
import { imageEncoder, type ImageFeatures } from './image-features.ts';
import { attendedLevels } from './level-attention.ts';
import { loss } from './loss.ts';
import { fusedScales } from './scale-fusion.ts';

/** The released code: one crop at several scales, fused. @throws SpotbenchError `bad-config` naming a scale it cannot have. */
export function releasedModel(config: Config, regime: Regime): ContrastiveMethod {
  return modelOf(config, fusedScales(config, regime));
}

/** The paper's text: a spot attends to its neighbourhood and its slide. @throws as `levelFeatures`. */
export function paperModel(config: PaperConfig, regime: Regime): ContrastiveMethod {
  return modelOf(config, attendedLevels(config, regime));
}

/** How neighbours are chosen and weighted. */
export function retrieval({ topK, topKMaxFraction, neighbourWeights }: SharedConfig): RetrievalOptions {
  return { topK, maxFraction: topKMaxFraction, weights: neighbourWeights };
}

function modelOf(config: SharedConfig, features: ImageFeatures): ContrastiveMethod {
  return {
    imageEncoder: imageEncoder(config, features),
    spotEncoder: spotTransformer(config),
    loss: loss(config),
    predictor: retrievalPredictor(retrieval(config)),
  };
}
