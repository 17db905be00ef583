import { expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { centredDoubledRanks, rankScratch } from './ranks.ts';

/** The definition: values below, plus half of the equal ones. */
function byDefinition(values: Float32Array): number[] {
  return [...values].map((v) => {
    const below = values.filter((w) => w < v).length;
    const equal = values.filter((w) => w === v).length;
    return 2 * (below + (equal + 1) / 2) - (values.length + 1);
  });
}

it('agrees with the definition for signs, zeros of both signs, denormals and ties', () => {
  const random = createRandom(3, 'ranks');
  const makers = [
    () => random.normal(),
    () => random.normal() * 1e-42,
    () => random.poisson(1),
    () => -random.poisson(0.5),
    () => (random.uniform() < 0.5 ? -0 : 0),
    () => random.normal() * 3e37,
    () => 5,
  ];
  const scratch = rankScratch(61);
  for (const make of makers) {
    for (const n of [1, 2, 61]) {
      const values = Float32Array.from({ length: n }, make);
      const out = new Int32Array(n).fill(99);
      const squares = centredDoubledRanks(values, out, scratch);
      const expected = byDefinition(values);
      expect([...out].map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
      expect(squares).toBe(expected.reduce((sum, v) => sum + v * v, 0));
    }
  }
});

it('reads the column it is given, not the buffer it lies in', () => {
  const block = Float32Array.from([9, 9, 3, 1, 2, 9]);
  const out = new Int32Array(3);
  centredDoubledRanks(block.subarray(2, 5), out, rankScratch(3));
  expect([...out]).toEqual([2, -2, 0]);
});
