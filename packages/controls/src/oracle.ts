import type { AnswerControl } from '@spotbench/core';
import { z } from 'zod';
import { columnDeviations, columnMeans } from './shared/matrix.ts';
import { normalRows } from './shared/normal-rows.ts';

const configSchema = z.strictObject({
  /** Deviation of the noise, in deviations of the gene within the section. Ours: 0.5 gives r = 1/√1.25 = 0.894. */
  noise: z.number().nonnegative().default(0.5),
});

/**
 * Holds the answer: ŷ = truth + noise · sd(gene in this section) · N(0, 1). Its expected correlation is 1/√(1 + noise²), the
 * same for every gene: a table in which it scores anything else is computed wrongly.
 */
export const method: AnswerControl<z.infer<typeof configSchema>> = {
  name: 'oracle',
  version: '1',
  title: 'Oracle: the truth plus noise',
  deterministic: false,
  seesAnswer: true,
  configSchema,
  fit: (_data, { config, random }) =>
    Promise.resolve({
      predict: async (slide, { genes, values }) => {
        const truth = { rows: slide.spots.ids.length, columns: genes.length, values };
        const deviations = columnDeviations(truth, columnMeans(truth)).map((sd) => config.noise * sd);
        return Promise.resolve(normalRows(random.fork('oracle', slide.id), values, deviations));
      },
      selectedBy: 'nothing to choose',
      parameterCount: 0,
    }),
};
