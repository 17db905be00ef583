import { describe, expect, it } from 'vitest';
import type { FinishedCell } from '../../report/read-runs.ts';
import { calibrate } from './calibration.ts';
import { geneCorrelations, rankedGenes } from './gene-correlations.ts';
import { lossCurve, thinned } from './loss-curve.ts';

describe('calibrate', () => {
  const predicted = Float32Array.from({ length: 20 }, (_, i) => (i * 7) % 20);

  it('lies on the diagonal for the truth itself', () => {
    const { genes, deciles } = calibrate([{ gene: 'g', measured: predicted, predicted }]);
    expect(genes).toEqual([{ gene: 'g', measured: 9.5, predicted: 9.5 }]);
    expect(deciles.map((d) => d.predicted)).toEqual([-9, -7, -5, -3, -1, 1, 3, 5, 7, 9]);
    for (const d of deciles) expect(d.measured).toBe(d.predicted);
  });

  it('shows differences that are predicted half as large, and a level that is off by one', () => {
    const { deciles } = calibrate([
      { gene: 'g', measured: predicted, predicted: predicted.map((v) => 9.5 + (v - 9.5) / 2 + 1) },
    ]);
    expect(deciles[9].measured).toBeCloseTo(9, 12);
    expect(deciles[9].predicted).toBeCloseTo(5.5, 12);
    expect(deciles[0].predicted).toBeCloseTo(-3.5, 12);
  });

  it('averages a gene over its sections, and groups nothing that is predicted constant', () => {
    const flat = predicted.map(() => 2);
    const { genes, deciles } = calibrate([
      { gene: 'b', measured: predicted, predicted: flat },
      { gene: 'a', measured: Float32Array.of(0, 2), predicted: Float32Array.of(1, 1) },
      { gene: 'b', measured: predicted.map((v) => v + 1), predicted: flat.map((v) => v + 2) },
    ]);
    expect(genes).toEqual([
      { gene: 'a', measured: 1, predicted: 1 },
      { gene: 'b', measured: 10, predicted: 3 },
    ]);
    expect(deciles).toEqual([]);
  });

  it('puts spots in order of their prediction, equal ones as they stand', () => {
    const [up, down] = [3e-39, -3e-39];
    const unordered = Float32Array.of(2.5, 0, -1, up, -0, -1, 1e30, down, -2.5, 1e-3);
    const measured = Float32Array.from(unordered, (_, i) => i);
    const { deciles } = calibrate([{ gene: 'g', measured, predicted: unordered }]);
    expect(deciles.map((d) => d.measured + 4.5)).toEqual([8, 2, 5, 7, 1, 4, 3, 9, 0, 6]);
  });
});

describe('geneCorrelations', () => {
  const cell = (
    patient: string,
    section: string,
    pccs: Record<string, number | string>,
    set = ['a', 'b', 'c'],
  ): FinishedCell =>
    ({
      record: {},
      sections: [
        {
          patient,
          section,
          rows: Object.entries(pccs).map(([gene, v]) => ({
            gene,
            pcc: typeof v === 'number' ? v : null,
            undefined: typeof v === 'string' ? v : null,
          })),
        },
      ],
      sets: { [section]: { all: set } },
    }) as unknown as FinishedCell;

  it('averages over sections and seeds of a patient; 0 for the fault of a method, nothing where the truth is constant', () => {
    const values = geneCorrelations(
      [
        cell('Q', 'Q1', { a: 0.5, b: 'constant_pred', c: 'constant_truth', d: 1 }),
        cell('P', 'P1', { a: 0.2, b: 0.4 }),
        cell('P', 'P2', { a: 0.4, b: 'missing_by_method' }),
      ],
      'all',
    );
    expect(values.map(({ patient, gene }) => patient + gene)).toEqual(['Pa', 'Pb', 'Qa', 'Qb']);
    expect(values.map((v) => v.pcc)).toEqual([expect.closeTo(0.3, 12), 0.2, 0.5, 0]);
    expect(rankedGenes(values)).toEqual([
      { gene: 'a', pcc: expect.closeTo(0.4, 12) as number },
      { gene: 'b', pcc: 0.1 },
    ]);
  });
});

describe('lossCurve', () => {
  it('keeps first and last of a long curve', () => {
    const csv = `epoch,loss,x\n${Array.from({ length: 500 }, (_, i) => `${i + 1},${500 - i},0`).join('\n')}\n`;
    const points = lossCurve(csv);
    expect(points).toHaveLength(40);
    expect([points[0], points[39]]).toEqual([
      { epoch: 1, loss: 500 },
      { epoch: 500, loss: 1 },
    ]);
    expect(thinned([1, 2, 3], 5)).toEqual([1, 2, 3]);
  });
});
