import type { Method } from '@spotbench/core';
import { z } from 'zod';

const configSchema = z.strictObject({});

/** ŷ = 0 for every spot and gene: the floor. Its correlation is 0 by policy; its squared error is the raw scale of the target. */
export const method: Method<z.infer<typeof configSchema>> = {
  name: 'zeros',
  version: '1',
  title: 'Zeros: predicts 0',
  deterministic: true,
  configSchema,
  fit: ({ genes }) =>
    Promise.resolve({
      predict: (slide) => Promise.resolve(new Float32Array(slide.spots.ids.length * genes.length)),
      selectedBy: 'nothing to choose',
      parameterCount: 0,
    }),
};
