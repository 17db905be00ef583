/**
 * The encoders of MViTGene (10.1016/j.jbi.2026.105003), after `CLIPModel` of the authors' models.py (6f6815f). Parameter names
 * are the authors'. Every embedding has length 1.
 *
 * B spots in the batch, G genes, D features of an image branch, P width of the shared space.
 */
import type { Batch, Encoder, NamedTensors, Regime } from '@spotbench/core';
import { l2Normalise, projection } from '@spotbench/engine';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Config } from './config.ts';
import { imageBranches } from './image-branches.ts';

/**
 * Two branches, which the loss finds as `others.tiles` and `others.vit`. `embedding`, by which a spot is predicted, is that of
 * the tiles; in evaluation mode under `queries: released` that of the whole patch through the tiles' branch.
 */
export function imageEncoder(config: Config, regime: Regime): Encoder {
  const branches = imageBranches(config, regime);
  const asTrained = config.queries === 'tiles';
  return {
    parameters: (sizes) => branches.parameters(sizes),
    random: (_sizes, batchSize) => branches.random(batchSize),
    encode(parameters, batch, mode) {
      if (mode === 'train') return branches.train(parameters, batch);
      const query = asTrained ? branches.tiles(parameters, batch) : branches.wholeAsTile(parameters, batch);
      return {
        embedding: query,
        // Made when asked for: a query needs one branch, the loss on validation sections both.
        get others() {
          const tiles = asTrained ? query : branches.tiles(parameters, batch);
          return { tiles, vit: branches.vit(parameters, batch) };
        },
      };
    },
  };
}

/** Expression -> projection head: [B, G] to [B, P]. A spot does not see the others. */
export function spotEncoder(config: Config): Encoder {
  const head = projection('spot_projection', config);
  return {
    parameters: ({ geneCount }) => head.parameters(geneCount),
    random: (_sizes, batchSize) => head.random(batchSize),
    encode: (parameters: NamedTensors, batch: Batch, mode) => ({
      embedding: l2Normalise<Tensor2D>(head.project(parameters, batch.expression, batch, mode)),
    }),
  };
}
