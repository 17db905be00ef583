import type { Fitted, Method, Random, TrainingData } from '@spotbench/core';
import { z } from 'zod';
import { columnDeviations, columnMeans } from './shared/matrix.ts';
import { normalRows } from './shared/normal-rows.ts';
import { repeatRow } from './shared/repeat-row.ts';
import { allSections, stackExpression } from './shared/stack.ts';

const configSchema = z.strictObject({});

/**
 * ŷ[n, g] ~ N(mean, sd²) of gene g over all spots of the training and validation sections, independently for every spot:
 * right on average, right in spread, blind to everything. How far from 0 chance alone takes a correlation.
 * @throws SpotbenchError `bad-data` when there is no training spot.
 */
export const method: Method<z.infer<typeof configSchema>> = {
  name: 'noise',
  version: '1',
  title: 'Noise: normal with the training mean and deviation of each gene',
  deterministic: false,
  configSchema,
  fit: async (data, { random }) => Promise.resolve(fitNoise(data, random)),
};

function fitNoise(data: TrainingData, random: Random): Fitted {
  const expression = stackExpression('noise', allSections(data), data.genes);
  const means = columnMeans(expression);
  const deviations = columnDeviations(expression, means);
  return {
    // A stream per section: the order in which sections are predicted changes nothing.
    predict: async (slide) =>
      Promise.resolve(normalRows(random.fork('noise', slide.id), repeatRow(means, slide.spots.ids.length), deviations)),
    selectedBy: 'nothing to choose',
    parameterCount: 2 * means.length,
  };
}
