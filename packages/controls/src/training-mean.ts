import type { Fitted, Method, TrainingData } from '@spotbench/core';
import { z } from 'zod';
import { columnMeans } from './shared/matrix.ts';
import { repeatRow } from './shared/repeat-row.ts';
import { allSections, stackExpression } from './shared/stack.ts';

const configSchema = z.strictObject({});

/**
 * ŷ[n, g] = mean of gene g over all spots of the training and validation sections: what is known of a gene before any image
 * is seen. Within a section it is constant, so its correlation is 0 by policy; its squared error is the one to beat.
 * @throws SpotbenchError `bad-data` when there is no training spot.
 */
export const method: Method<z.infer<typeof configSchema>> = {
  name: 'training-mean',
  version: '1',
  title: 'Training mean of each gene',
  deterministic: true,
  configSchema,
  fit: async (data) => Promise.resolve(fitMean(data)),
};

function fitMean(data: TrainingData): Fitted {
  const means = columnMeans(stackExpression('training-mean', allSections(data), data.genes));
  return {
    predict: (slide) => Promise.resolve(repeatRow(means, slide.spots.ids.length)),
    selectedBy: 'nothing to choose',
    parameterCount: means.length,
  };
}
