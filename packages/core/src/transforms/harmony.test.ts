import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { createRandom } from '../random/random.ts';
import { harmony, harmonyFrom, type HarmonyOptions } from './harmony.ts';
import { harmonyTransform } from './harmony-transform.ts';

interface Case {
  name: string;
  width: number;
  values: number[];
  batches: string[];
  options: Record<string, number>;
  clusters: number;
  centres: number[];
  corrected: number[];
  objective: number[];
  rounds: number[];
}
// Written by scripts/golden_harmony.py.
const golden = JSON.parse(readFileSync(new URL('../../fixtures/harmony.json', import.meta.url), 'utf8')) as {
  order: { stride: number; shift: number };
  cases: Case[];
};

const OURS: Record<string, keyof HarmonyOptions> = {
  nclust: 'clusters',
  theta: 'theta',
  lamb: 'lambda',
  sigma: 'sigma',
  block_size: 'blockShare',
  max_iter_kmeans: 'maxRounds',
  max_iter_harmony: 'maxCorrections',
  epsilon_harmony: 'correctionTolerance',
  epsilon_cluster: 'roundTolerance',
};

/** The update order of the script. */
function goldenOrder(n: number, round: number): number[] {
  const { stride, shift } = golden.order;
  return Array.from({ length: n }, (_, i) => (stride * i + shift * round) % n);
}

function largestGap(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours).toHaveLength(theirs.length);
  return Math.max(...theirs.map((value, i) => Math.abs(value - ours[i])));
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isSpotbenchError(error)) return error.message;
    throw error;
  }
  return 'no error';
}

/** Two kinds of spots, each seen by every batch, whose batches are shifted apart by `shift`. */
function shiftedBatches(shift: number): { values: Float64Array; batches: string[]; kind: number[] } {
  const random = createRandom(3, 'batches');
  const [n, width] = [120, 4];
  const kind = Array.from({ length: n }, (_, i) => i % 2);
  const batches = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 'left' : 'right'));
  const values = Float64Array.from({ length: n * width }, (_, at) => {
    const [i, d] = [Math.floor(at / width), at % width];
    return (d === kind[i] ? 10 : 2) + (batches[i] === 'left' ? shift * (d === 2 ? 1 : 0.2) : 0) + random.normal() * 0.2;
  });
  return { values, batches, kind };
}

/** Distance of the means of the two batches. */
function gapOfBatches(values: ArrayLike<number>, batches: readonly string[]): number {
  const width = values.length / batches.length;
  const mean = (name: string, d: number): number => {
    const rows = [...batches.keys()].filter((i) => batches[i] === name);
    return rows.reduce((sum, i) => sum + values[i * width + d], 0) / rows.length;
  };
  return Math.hypot(...Array.from({ length: width }, (_, d) => mean('left', d) - mean('right', d)));
}

describe('harmony', () => {
  it.each(golden.cases)('equals harmonypy: $name', ({ width, values, batches, options, ...wanted }) => {
    const ours = Object.fromEntries(Object.entries(options).map(([name, value]) => [OURS[name], value]));
    const order = (round: number): number[] => goldenOrder(batches.length, round);
    const found = harmonyFrom(values, width, batches, { centres: Float64Array.from(wanted.centres), order }, ours);
    expect(found.rounds).toEqual(wanted.rounds);
    // Float64 on both sides: sums in another order, through up to 110 rounds.
    expect(largestGap(found.objective, wanted.objective)).toBeLessThan(1e-9);
    expect(largestGap(found.values, wanted.corrected)).toBeLessThan(1e-9);
    expect(largestGap(values, wanted.corrected)).toBeGreaterThan(0.1);
  });

  it('takes the shift of a batch off and leaves the kinds of spots apart', () => {
    const { values, batches, kind } = shiftedBatches(4);
    const { values: corrected, converged } = harmony(values, 4, batches, { seed: 1 });
    expect(converged).toBe(true);
    expect(gapOfBatches(values, batches)).toBeGreaterThan(3.5);
    expect(gapOfBatches(corrected, batches)).toBeLessThan(0.3);
    kind.forEach((d, i) => expect(corrected[i * 4 + d]).toBeGreaterThan(corrected[i * 4 + 1 - d] + 5));
  });

  it('gives the same numbers for the same seed whatever batches are called, others for another seed', () => {
    const { values, batches } = shiftedBatches(4);
    const first = harmony(values, 4, batches, { seed: 1 });
    const renamed = batches.map((name) => (name === 'left' ? 'z' : 'a'));
    expect(harmony(values, 4, renamed, { seed: 1 })).toEqual(first);
    expect(harmony(values, 4, batches, { seed: 2 }).values).not.toEqual(first.values);
  });

  it('does not change what it is given', () => {
    const { values, batches } = shiftedBatches(4);
    const before = values.slice();
    harmony(values, 4, batches, { seed: 1, maxCorrections: 1 });
    expect(values).toEqual(before);
  });

  const { values, batches } = shiftedBatches(1);
  const withValue = (at: number, value: number): Float64Array => values.map((old, i) => (i === at ? value : old));
  it.each<[string, () => unknown, string]>([
    [
      'one batch',
      () =>
        harmony(
          values,
          4,
          batches.map(() => 'left'),
          { seed: 1 },
        ),
      'found 1 (left)',
    ],
    [
      'NaN',
      () => harmony(withValue(9, NaN), 4, batches, { seed: 1 }),
      'row 2, column 1: needed a finite number, found NaN',
    ],
    [
      'a spot without expression',
      () =>
        harmony(
          values.map((value, i) => (i < 4 ? 0 : value)),
          4,
          batches,
          { seed: 1 },
        ),
      'the greatest value of row 0 is 0',
    ],
    ['another size', () => harmony(values, 5, batches, { seed: 1 }), 'needed 120 rows of 5 values, found 480'],
    [
      'too few rows',
      () => harmony(values.subarray(0, 40), 4, batches.slice(0, 10), { seed: 1 }),
      'needed 2..10 clusters',
    ],
    ['no width', () => harmony(values, 4, batches, { seed: 1, sigma: 0 }), 'sigma must be above 0, got 0'],
    ['no penalty', () => harmony(values, 4, batches, { seed: 1, lambda: 0 }), 'lambda must be above 0'],
    ['no rounds', () => harmony(values, 4, batches, { seed: 1, maxRounds: 0 }), 'maxRounds must be a whole number'],
  ])('refuses %s', (_, action, message) => {
    expect(messageOf(action)).toContain(message);
  });
});

describe('harmonyTransform', () => {
  const genes = ['ACTA2', 'HAL', 'SOX9', 'VWF'];
  const { values, batches } = shiftedBatches(4);
  const section = (id: string, name: string) => {
    const rows = [...batches.keys()].filter((i) => batches[i] === name);
    const own = rows.flatMap((i) => Array.from(values.subarray(i * 4, i * 4 + 4)));
    return { id, expression: { genes, values: Float32Array.from(own) } };
  };
  const sections = [section('D1', 'left'), section('A1', 'right')];
  const paper = { protocol: 'liver-paper', tier: 'paper' };

  it('corrects all sections at once and says that it saw them', () => {
    const transform = harmonyTransform({ seed: 1 });
    const found = transform.correctAll(sections, paper);
    expect([transform.transductive, found.transductive, found.fittedOn]).toEqual([true, true, ['A1', 'D1']]);
    expect(found.values.map(({ length }) => length)).toEqual(
      sections.map(({ expression }) => expression.values.length),
    );
    const all = sections.flatMap(({ expression }) => Array.from(expression.values));
    const names = sections.flatMap(({ id, expression }) =>
      Array.from({ length: expression.values.length / 4 }, () => id),
    );
    const plain = harmony(all, 4, names, { seed: 1 });
    expect(found.values.flatMap((part) => Array.from(part))).toEqual(Array.from(Float32Array.from(plain.values)));
  });

  it.each(['headline', 'legacy'])('is refused under tier %s', (tier) => {
    expect(
      messageOf(() => harmonyTransform({ seed: 1 }).correctAll(sections, { protocol: 'within-donor', tier })),
    ).toContain(
      `protocol within-donor: harmony sees the expression of test sections, so it needs tier paper, found ${tier}`,
    );
  });

  it('refuses a section twice and other genes', () => {
    const run = (list: typeof sections): string =>
      messageOf(() => harmonyTransform({ seed: 1 }).correctAll(list, paper));
    expect(run([sections[0], sections[0]])).toContain('section D1 stands twice');
    const other = { id: 'B1', expression: { ...sections[1].expression, genes: ['ACTA2', 'HAL', 'KRT7', 'VWF'] } };
    expect(run([sections[0], other])).toContain(
      'sections D1 and B1 differ in genes (4 and 4; gene 3 is SOX9 and KRT7)',
    );
  });
});
