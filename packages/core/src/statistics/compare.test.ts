import { describe, expect, it } from 'vitest';
import type { GeneMetricName } from '../metrics/metric.ts';
import { createRandom } from '../random/random.ts';
import { bootstrapHeadlines } from './bootstrap.ts';
import { compareMethods, type MethodRuns } from './compare.ts';
import { scoreMatrix, type ScoredSection } from '../metrics/score-matrix.ts';
import { rankIntervals, ranksOf, tieGroups } from './ranking.ts';
import { simultaneousHalfWidths } from './simultaneous.ts';
import { simulateExam, simulateMethod } from './simulated-scores.ts';

const counts = { patients: 8, sections: 2, genes: 12 };
const spread = { patient: 0.02, section: 0.01, gene: 0.02, rest: 0.03 };
const exam = simulateExam(counts, spread, createRandom(1, 'exam'));
const method = (name: string, skill: number): MethodRuns => ({
  name,
  runs: [{ seed: 0, sections: simulateMethod(skill, exam, counts, spread, createRandom(1, name)) }],
});
const methods = [method('poor', 0), method('good', 0.4), method('fair', 0.2), method('good2', 0.405)];
const options = { genes: exam.genes, bootstrap: { seed: 9, draws: 300 } };
const comparison = compareMethods(methods, options);

describe('compareMethods', () => {
  it('orders, ranks and groups', () => {
    const names = comparison.methods.map(({ name }) => name);
    expect(names.slice(2)).toEqual(['fair', 'poor']);
    expect(comparison.methods.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(comparison.methods.map(({ tieGroup }) => tieGroup)).toEqual([1, 1, 2, 3]);
    expect(comparison.methods.map(({ rankInterval }) => rankInterval)).toEqual([
      [1, 2],
      [1, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  it('gives every pair once, with a difference inside its interval', () => {
    expect(comparison.pairs).toHaveLength(6);
    for (const { difference, ci, p, pHolm } of comparison.pairs) {
      expect(difference).toBeGreaterThanOrEqual(ci![0]);
      expect(difference).toBeLessThanOrEqual(ci![1]);
      expect(pHolm).toBeGreaterThanOrEqual(p);
    }
    // with 8 patients and 6 pairs 6 x 2^-7 = 0.047 is the best there is
    expect(comparison).toMatchObject({ nPatients: 8, smallestP: 2 ** -7, smallestPHolm: 6 * 2 ** -7 });
    const far = comparison.pairs.filter(({ difference }) => difference > 0.1);
    expect(far.map(({ significant }) => significant)).toEqual([true, true, true, true, true]);
    expect(comparison.note).toBe(
      "8 patients: smallest attainable two-sided p 0.0078, 0.047 after Holm's correction over 6 pairs",
    );
  });

  it('does not depend on the order of methods, sections, rows or genes', () => {
    const reversed = [...methods].reverse().map(({ name, runs }) => ({
      name,
      runs: runs.map(({ seed, sections }) => ({
        seed,
        sections: [...sections].reverse().map((s) => ({ ...s, rows: [...s.rows].reverse() })),
      })),
    }));
    expect(compareMethods(reversed, { ...options, genes: [...exam.genes].reverse() })).toEqual(comparison);
  });

  it('gives a method the same interval alone and in company', () => {
    const alone = compareMethods([methods[1]], options);
    expect(alone.methods[0].summary).toEqual(comparison.methods.find(({ name }) => name === 'good')!.summary);
    expect(alone.pairs).toEqual([]);
    expect(alone.methods[0]).toMatchObject({ rank: 1, rankInterval: [1, 1], tieGroup: 1 });
  });

  it('ties a method with a copy of itself', () => {
    const twin = { ...methods[1], name: 'twin' };
    const { methods: standing, pairs } = compareMethods([methods[1], twin, methods[0]], options);
    expect(standing.map(({ rank, tieGroup }) => [rank, tieGroup])).toEqual([
      [1, 1],
      [1, 1],
      [3, 2],
    ]);
    expect(pairs[0]).toMatchObject({ difference: 0, ci: [0, 0], p: 1, significant: false });
  });

  it('turns the order round for errors', () => {
    const asErrors = methods.map(({ name, runs }) => ({
      name,
      runs: runs.map(({ seed, sections }) => ({
        seed,
        sections: sections.map((s) => ({ ...s, rows: s.rows.map((r) => ({ ...r, mse: 1 - r.pcc! })) })),
      })),
    }));
    const metric: GeneMetricName = 'mse';
    const result = compareMethods(asErrors, { ...options, metric });
    expect(result.methods.map(({ name }) => name)).toEqual(comparison.methods.map(({ name }) => name));
    expect(result.methods.map(({ tieGroup }) => tieGroup)).toEqual([1, 1, 2, 3]);
    expect(result.pairs.at(-1)!.difference).toBeCloseTo(-comparison.pairs.at(-1)!.difference, 12);
  });

  it('calls nothing significant below 6 patients, even at an alpha that 5 could reach', () => {
    const five = methods.map(({ name, runs }) => ({
      name,
      runs: runs.map((run) => ({ ...run, sections: run.sections.filter(({ patient }) => patient < 'P5') })),
    }));
    const { pairs, methods: standing, note } = compareMethods(five, { ...options, alpha: 0.4 });
    expect(Math.min(...pairs.map(({ pHolm }) => pHolm))).toBeLessThan(0.4);
    expect(pairs.some(({ significant }) => significant)).toBe(false);
    expect(new Set(standing.map(({ tieGroup }) => tieGroup))).toEqual(new Set([1]));
    expect(note).toMatch(/^5 patients: smallest attainable two-sided p 0.063; with fewer than 6 patients/);
  });

  it('refuses methods that sat another exam, or have no score at all', () => {
    const fewer = { name: 'fewer', runs: [{ seed: 0, sections: methods[0].runs[0].sections.slice(1) }] };
    expect(() => compareMethods([methods[0], fewer], options)).toThrow(/same sections, patients, spots and genes/);
    expect(() => compareMethods(methods, { ...options, genes: ['G999'] })).toThrow(/no defined score/);
    expect(() => compareMethods([], options)).toThrow(/same sections/);
  });
});

describe('bootstrapHeadlines', () => {
  const matrices = methods.map(({ runs }) => scoreMatrix(runs[0].sections, exam.genes));

  it('is the same for the same seed, other for another, and draw b does not depend on their number', () => {
    const [a] = bootstrapHeadlines([matrices[0]], { seed: 3, draws: 20 }).draws;
    expect(bootstrapHeadlines([matrices[0]], { seed: 3, draws: 20 }).draws[0]).toEqual(a);
    expect(bootstrapHeadlines([matrices[0]], { seed: 3, draws: 8 }).draws[0]).toEqual(a.slice(0, 8));
    expect(bootstrapHeadlines([matrices[0]], { seed: 4, draws: 20 }).draws[0]).not.toEqual(a);
  });

  /** Variance over draws, relative to what theory says; 4 standard errors of a variance of 4,000 draws are 0.09. */
  const relativeVariance = (sections: readonly ScoredSection[], expected: number): number => {
    const [draws] = bootstrapHeadlines([scoreMatrix(sections, exam.genes)], { seed: 5, draws: 4000 }).draws;
    const mean = draws.reduce((a, b) => a + b, 0) / 4000;
    return draws.reduce((a, b) => a + (b - mean) ** 2, 0) / 4000 / expected;
  };
  const eightSections = (patientOf: (s: number) => string): ScoredSection[] =>
    Array.from({ length: 8 }, (_, s) => {
      const { rows } = methods[0].runs[0].sections[0];
      return { patient: patientOf(s), section: `S${s}`, rows: rows.map((row) => ({ ...row, pcc: s })) };
    });

  // scores 0, 1, ..., 7: the bootstrap variance of their mean is their population variance / 8 = 5.25 / 8
  it('has the spread of a mean over patients when patients are all that varies', () => {
    expect(
      Math.abs(
        relativeVariance(
          eightSections((s) => `P${s}`),
          5.25 / 8,
        ) - 1,
      ),
    ).toBeLessThan(0.1);
  });

  it('has the spread of a mean over sections with a single patient', () => {
    expect(
      Math.abs(
        relativeVariance(
          eightSections(() => 'P'),
          5.25 / 8,
        ) - 1,
      ),
    ).toBeLessThan(0.1);
  });

  it('resamples genes as one exam for all sections', () => {
    // genes 0, 1, ..., 11 alike in every section: the variance does not shrink with the number of sections
    const sections = methods[0].runs[0].sections.map((s) => ({ ...s, rows: s.rows.map((r, g) => ({ ...r, pcc: g })) }));
    expect(Math.abs(relativeVariance(sections, 143 / 12 / 12) - 1)).toBeLessThan(0.1); // population variance of 0..11 / 12
  });

  it('counts no patient or section in which no gene has a score as a unit', () => {
    const unmeasured = { pcc: null, undefined: 'constant_truth' as const };
    const only = (kept: (s: ScoredSection) => boolean) =>
      methods[0].runs[0].sections.map((s) =>
        kept(s) ? s : { ...s, rows: s.rows.map((r) => ({ ...r, ...unmeasured })) },
      );
    const of = (sections: readonly ScoredSection[]) =>
      bootstrapHeadlines([scoreMatrix(sections, exam.genes)], { seed: 7, draws: 200 });
    const onePatient = of(only(({ patient }) => patient === 'P3'));
    expect(onePatient).toMatchObject({ levels: ['section', 'gene'], units: 2 });
    expect(of(only(({ patient }) => patient < 'P3'))).toMatchObject({
      levels: ['patient', 'section', 'gene'],
      units: 3,
    });
    expect(of(only(({ section }) => section === 'P3S0'))).toMatchObject({ levels: ['gene'], units: 12 });
    expect(onePatient.draws[0].some(Number.isNaN)).toBe(false);
    const none = of(only(() => false));
    expect(none.levels).toEqual(['gene']);
    expect(none.draws[0].every(Number.isNaN)).toBe(true);
  });

  it('leaves out genes that are not counted, in the resamples as in the headline', () => {
    const holes = methods[0].runs[0].sections.map((s, i) => ({
      ...s,
      rows: s.rows.map((r, g) =>
        (i + g) % 3 === 0 ? { ...r, pcc: null, undefined: 'constant_truth' as const } : { ...r, pcc: 0.5 },
      ),
    }));
    const [draws] = bootstrapHeadlines([scoreMatrix(holes, exam.genes)], { seed: 7, draws: 50 }).draws;
    for (const draw of draws) expect(draw).toBeCloseTo(0.5, 12);
  });
});

describe('ranking', () => {
  it('shares ranks, 1 2 2 4', () => {
    expect(ranksOf([5, 3, 3, 1])).toEqual([1, 2, 2, 4]);
  });

  it('opens a group at its best and tests against that best alone', () => {
    const standings = { values: [0.9, 0.8, 0.7, 0.5], draws: [], units: 8 };
    expect(tieGroups(standings, () => 0.15)).toEqual([1, 1, 2, 3]);
    expect(tieGroups(standings, (i, j) => (i === 0 || j === 0 ? 0 : 0.15))).toEqual([1, 2, 2, 3]);
    expect(tieGroups(standings, () => 0)).toEqual([1, 2, 3, 4]);
    expect(tieGroups(standings, () => Infinity)).toEqual([1, 1, 1, 1]);
  });

  it('tells nobody apart without draws or with a single unit', () => {
    const equal = Float64Array.of(1, 1);
    for (const standings of [
      { values: [0.9, 0.1], draws: [], units: 8 },
      { values: [0.9, 0.1], draws: [equal, equal], units: 1 },
    ])
      expect(tieGroups(standings, simultaneousHalfWidths(standings, 0.95))).toEqual([1, 1]);
  });

  it('reads rank intervals from draws', () => {
    const draws = [Float64Array.of(3, 3, 1, 3), Float64Array.of(2, 2, 2, 2)];
    expect(rankIntervals({ values: [3, 2], draws, units: 8 }, 0.95)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
