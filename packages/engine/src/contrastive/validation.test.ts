import type { ContrastiveMethod, Encoder } from '@spotbench/core';
import { mean, mul, type Scalar } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createEngine } from '../engines/create-engine.ts';
import { ones } from '../initialisers/kinds.ts';
import { plantedSlides } from '../testing/index.ts';
import { plainInputs } from './spot-inputs.ts';
import { spotTable } from './spot-table.ts';
import { validationLoss } from './validation.ts';

/** A model whose loss on a batch is `scale` times the mean expression of its spots. */
const encoder = (name: string): Encoder => ({
  parameters: () => ({ [name]: { shape: [], init: ones } }),
  encode: (_parameters, { expression }) => ({ embedding: expression }),
});
const model: ContrastiveMethod = {
  imageEncoder: encoder('scale'),
  spotEncoder: encoder('other'),
  loss: {
    compute: ({ batch, parameters }) => ({ total: mul<Scalar>(mean(batch.expression), parameters.scale), terms: {} }),
  },
  predictor: { predict: () => Promise.reject(new Error('nothing is predicted here')) },
};

test('is the mean over batches within sections, each counting its spots once', async () => {
  const [small, large] = [3, 5].map((spots, seed) => {
    const [slide] = plantedSlides({ sections: 1, spots, features: 2, genes: 1, noise: 1, seed });
    return { ...slide, id: `section-of-${spots}` };
  });
  const table = spotTable([small, large], 1);
  const scalar = (value: number) => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) }) as const;
  const parameters = { scale: scalar(1), other: scalar(1) };
  const inputs = plainInputs(table, [small, large], undefined, null as never);
  const validation = validationLoss(await createEngine({ name: 'tfjs' }), model, table, inputs, 4, parameters);
  const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [small, large].map(({ expression }) => expression.values);
  // The last spot of the larger section is judged among the four it ends with.
  const expected = (3 * meanOf(a) + 4 * meanOf(b.subarray(0, 4)) + meanOf(b.subarray(1))) / 8;
  expect(await validation.validate(parameters)).toBeCloseTo(expected, 5);
  expect(await validation.validate({ ...parameters, scale: scalar(2) })).toBeCloseTo(2 * expected, 5);
  await validation.dispose();
});
