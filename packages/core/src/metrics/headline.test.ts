import { describe, expect, it } from 'vitest';
import type { GeneScore } from './gene-score.ts';
import { summarise } from './headline.ts';
import type { ScoredSection } from './score-matrix.ts';

const row = (gene: string, pcc: number | GeneScore['undefined']): GeneScore => ({
  gene,
  nSpots: 10,
  pcc: typeof pcc === 'number' ? pcc : null,
  spearman: null,
  r2: null,
  mse: 1,
  mae: 1,
  truthMean: 1,
  truthVar: 1,
  predVar: 1,
  undefined: typeof pcc === 'number' ? null : pcc,
});
const section = (
  patient: string,
  name: string,
  scores: Record<string, number | GeneScore['undefined']>,
): ScoredSection => ({
  patient,
  section: name,
  rows: Object.entries(scores).map(([gene, pcc]) => row(gene, pcc)),
});

const sections = [
  section('A', 'A1', { G1: 0.4, G2: 0.2 }), // 0.3
  section('A', 'A2', { G1: 0.5, G2: 'constant_pred' }), // (0.5 + 0) / 2 = 0.25
  section('B', 'B1', { G1: 0.1, G2: 'constant_truth' }), // 0.1
];

describe('summarise', () => {
  it('averages genes, then sections of a patient, then patients, and counts what has no value', () => {
    const summary = summarise([{ seed: 0, sections }], { genes: ['G1', 'G2'] });
    expect(summary.value).toBeCloseTo(((0.3 + 0.25) / 2 + 0.1) / 2, 14);
    expect(summary).toMatchObject({
      metric: 'pcc',
      reason: null,
      ci: null,
      nGenes: 2,
      nSections: 3,
      nPatients: 2,
      nSeeds: 1,
      seedSd: null,
      nUndefined: { constant_pred: 1, constant_truth: 1, too_few: 0, missing_by_method: 0, not_measured: 0 },
    });
  });

  it('counts a missing gene as 0, so returning only easy genes never gains', () => {
    const easy = [section('A', 'A1', { G1: 0.4, G2: 'missing_by_method' })];
    const all = [section('A', 'A1', { G1: 0.4, G2: 0.05 })];
    const value = (s: ScoredSection[]): number => summarise([{ seed: 0, sections: s }], { genes: ['G1', 'G2'] }).value!;
    expect(value(easy)).toBe(0.2);
    expect(value(easy)).toBeLessThan(value(all));
  });

  it('gives bit-identical numbers for any order of rows, sections and panel', () => {
    const options = { genes: ['G1', 'G2'], bootstrap: { seed: 5, draws: 50 } };
    const reversed = [...sections].reverse().map((s) => ({ ...s, rows: [...s.rows].reverse() }));
    expect(summarise([{ seed: 0, sections: reversed }], { ...options, genes: ['G2', 'G1'] })).toEqual(
      summarise([{ seed: 0, sections }], options),
    );
  });

  it('takes a panel per section, and counts panel genes the section does not have', () => {
    const genes = (s: ScoredSection): string[] => (s.patient === 'A' ? ['G1'] : ['G1', 'G9']);
    const summary = summarise([{ seed: 0, sections }], { genes });
    expect(summary.value).toBeCloseTo((0.45 + 0.1) / 2, 14);
    expect(summary.nUndefined.not_measured).toBe(1);
    expect(summary.nGenes).toBe(2);
  });

  it('says why there is no value', () => {
    const none = [section('A', 'A1', { G1: 'constant_truth' })];
    const summary = summarise([{ seed: 0, sections: none }], { genes: ['G1'], bootstrap: { seed: 1, draws: 20 } });
    expect(summary).toMatchObject({ value: null, ci: null, nSections: 0, nPatients: 0 });
    expect(summary.reason).toMatch(/no gene of the set/);
    expect(JSON.stringify(summary)).not.toMatch(/NaN/);
  });

  it('averages seeds before resampling and reports their spread apart', () => {
    const up = sections.map((s) => ({
      ...s,
      rows: s.rows.map((r) => (r.pcc === null ? r : { ...r, pcc: r.pcc + 0.02 })),
    }));
    const options = { genes: ['G1'], bootstrap: { seed: 2, draws: 100 } };
    const one = summarise([{ seed: 0, sections }], options);
    const two = summarise(
      [
        { seed: 0, sections },
        { seed: 1, sections: up },
      ],
      options,
    );
    expect(two.value).toBeCloseTo(one.value! + 0.01, 12);
    expect(two.seedSd).toBeCloseTo(0.02 / Math.SQRT2, 12);
    // the same resamples, shifted: two seeds are not twice the data
    expect(two.ci![1] - two.ci![0]).toBeCloseTo(one.ci![1] - one.ci![0], 12);
  });

  it('summarises errors too', () => {
    expect(summarise([{ seed: 0, sections }], { genes: ['G1', 'G2'], metric: 'mse' }).value).toBe(1);
  });

  it('refuses repeated sections and genes, and nothing at all', () => {
    const twice = [sections[0], sections[0]];
    expect(() => summarise([{ seed: 0, sections: twice }], { genes: ['G1'] })).toThrow(/section stands twice/);
    const geneTwice = [{ ...sections[0], rows: [row('G1', 0), row('G1', 1)] }];
    expect(() => summarise([{ seed: 0, sections: geneTwice }], { genes: ['G1'] })).toThrow(/gene stands twice/);
    expect(() => summarise([{ seed: 0, sections: [] }], { genes: ['G1'] })).toThrow(/no section/);
  });
});

describe('what an interval covers', () => {
  const wide = (patients: number, perPatient: number, genes: string[]): ScoredSection[] =>
    Array.from({ length: patients * perPatient }, (_, i) =>
      section(`P${i % patients}`, `S${i}`, Object.fromEntries(genes.map((g, j) => [g, Math.sin(i + 3 * j) / 2]))),
    );
  const summary = (s: ScoredSection[], genes: string[]): ReturnType<typeof summarise> =>
    summarise([{ seed: 0, sections: s }], { genes, bootstrap: { seed: 1, draws: 200 } });

  it('is said in words, level by level', () => {
    expect(summary(wide(7, 2, ['a', 'b']), ['a', 'b'])).toMatchObject({
      unit: 'patient',
      ciMethod: '95% expanded percentile of 200 hierarchical bootstrap draws over patient > section > gene, seed 1',
    });
    expect(summary(wide(2, 1, ['a', 'b']), ['a', 'b']).ciMethod).toMatch(
      /over patient > gene.*2 patients: expect less/,
    );
    expect(summary(wide(1, 3, ['a', 'b']), ['a', 'b'])).toMatchObject({
      unit: 'section',
      ciMethod: expect.stringContaining('one patient: variation between patients is not covered') as string,
    });
    expect(summary(wide(1, 1, ['a', 'b']), ['a', 'b']).unit).toBe('gene');
  });

  it('is null where nothing can be resampled', () => {
    expect(summary(wide(1, 1, ['a']), ['a'])).toMatchObject({
      ci: null,
      ciMethod: expect.stringContaining('nothing to resample') as string,
    });
  });
});
