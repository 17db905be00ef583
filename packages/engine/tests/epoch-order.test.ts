import { expect, test } from 'vitest';
import { createRandom } from '@spotbench/core';
import { epochOrder } from '@spotbench/engine';

const options = { examples: 10, batchSize: 4, random: createRandom(0) };

test('every epoch shows every example once, in an order of its own', () => {
  const order = epochOrder({ ...options, lastBatch: 'keep' });
  expect(order.stepsPerEpoch).toBe(3);
  const epochs = [0, 1].map((epoch) => [0, 1, 2].map((step) => [...order.rows(epoch, step)]));
  expect(epochs[0].map((batch) => batch.length)).toEqual([4, 4, 2]);
  for (const epoch of epochs) expect(epoch.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(epochs[0]).not.toEqual(epochs[1]);
});

test('batches can be read in any order', () => {
  const order = epochOrder({ ...options, lastBatch: 'keep' });
  const later = order.rows(5, 1);
  order.rows(2, 0);
  expect(order.rows(5, 1)).toEqual(later);
});

test('drops the last partial batch where that is asked for, and refuses to be left without any', () => {
  expect(epochOrder({ ...options, lastBatch: 'drop' }).stepsPerEpoch).toBe(2);
  expect(() => epochOrder({ ...options, batchSize: 11, lastBatch: 'drop' })).toThrow(
    'at least 11 training spots, got 10',
  );
  expect(epochOrder({ ...options, batchSize: 11, lastBatch: 'keep' }).stepsPerEpoch).toBe(1);
});
