import { describe, expect, it } from 'vitest';
import { conventions, valueUnder } from './conventions.ts';
import type { GeneScore } from './gene-score.ts';
import { summarise } from './headline.ts';
import type { ScoredSection } from './score-matrix.ts';
import { bestPredicted, testHighest, testMostVariable } from './test-defined-sets.ts';

/** A section of three genes; null stands for a constant truth, 'c' for a constant prediction. */
function section(patient: string, name: string, nSpots: number, scores: (number | null | 'c')[]): ScoredSection {
  const rows = scores.map((score, g): GeneScore => {
    const pcc = typeof score === 'number' ? score : null;
    const reason = score === null ? 'constant_truth' : score === 'c' ? 'constant_pred' : null;
    const [truthMean, truthVar] = [g + (name === 'A2' ? -2 * g : 0), 10 - g];
    return {
      gene: `G${g}`,
      nSpots,
      pcc,
      spearman: pcc,
      r2: null,
      mse: 1,
      mae: 1,
      truthMean,
      truthVar,
      predVar: 1,
      undefined: reason,
    };
  });
  return { patient, section: name, rows };
}

const genes = ['G0', 'G1', 'G2'];
const sections = [
  section('A', 'A1', 100, [0.5, 0.1, 'c']),
  section('A', 'A2', 300, [0.6, 0.2, 0.1]),
  section('B', 'B1', 600, [null, 0.2, 0.8]),
];
const by = Object.fromEntries(conventions.map((c) => [c.name, valueUnder(c, sections, genes)]));

describe('conventions on the same rows, by hand', () => {
  it.each([
    ['headline', ((0.6 / 3 + 0.3) / 2 + 0.5) / 2],
    ['drop-undefined', ((0.3 + 0.3) / 2 + 0.5) / 2],
    ['zero-undefined', ((0.6 / 3 + 0.3) / 2 + 1 / 3) / 2],
    ['median-gene', ((0.1 + 0.2) / 2 + 0.5) / 2],
    ['section-mean', (0.2 + 0.3 + 0.5) / 3],
    ['spot-weighted', 0.1 * 0.2 + 0.3 * 0.3 + 0.6 * 0.5],
  ])('%s', (name, expected) => {
    expect(by[name]).toBeCloseTo(expected, 14);
  });

  it('fisher-z averages atanh r', () => {
    const z = (...r: number[]): number => r.reduce((sum, v) => sum + Math.atanh(v), 0) / r.length;
    const expected = Math.tanh(((z(0.5, 0.1, 0) + z(0.6, 0.2, 0.1)) / 2 + z(0.2, 0.8)) / 2);
    expect(by['fisher-z']).toBeCloseTo(expected, 14);
    expect(valueUnder(conventions[4], [section('A', 'A1', 5, [1, 1, 1])], genes)).toBeCloseTo(1, 5);
  });

  it('the headline record is the headline', () => {
    expect(by.headline).toBe(summarise([{ seed: 0, sections }], { genes }).value);
  });

  it('null, not NaN, where nothing is defined', () => {
    for (const convention of conventions.filter(({ policy }) => policy !== 'zero'))
      expect(valueUnder(convention, [section('A', 'A1', 5, [null])], ['G0'])).toBeNull();
  });
});

describe('gene sets chosen with the test section', () => {
  it('differ between sections, and by construction flatter', () => {
    const highest = testHighest(1) as (s: ScoredSection) => readonly string[];
    expect(sections.map(highest)).toEqual([['G2'], ['G0'], ['G2']]);
    const variable = testMostVariable(2) as (s: ScoredSection) => readonly string[];
    expect(variable(sections[0])).toEqual(['G0', 'G1']);
    // sums over sections: 1.1, 0.5, 0.9
    expect(bestPredicted(sections, 2)).toEqual(['G0', 'G2']);
    expect(valueUnder(conventions[0], sections, bestPredicted(sections, 1))).toBeGreaterThan(by.headline!);
  });
});
