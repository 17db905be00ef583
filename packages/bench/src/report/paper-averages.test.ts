import { describe, expect, it } from 'vitest';
import type { FinishedCell } from './read-runs.ts';
import { meanPaperAverage } from './paper-averages.ts';

/** A cell of one section whose genes a and b have the given correlations. */
function cellOf(seed: number, section: string, a: number, b: number): FinishedCell {
  const row = (gene: string, pcc: number): unknown => ({ section, gene, pcc, nSpots: 10, undefined: null });
  return {
    record: { seed },
    sections: [{ section, patient: section, rows: [row('a', a), row('b', b)] }],
    sets: { [section]: { all: ['a', 'b'] } },
  } as unknown as FinishedCell;
}

const median = { policy: 'drop', overGenes: 'median', overSections: 'sections' } as const;

describe('meanPaperAverage', () => {
  it("averages each seed's sections as the paper does, then seeds", () => {
    const cells = [
      cellOf(0, 'A1', 0.1, 0.3),
      cellOf(0, 'B1', 0.5, 0.5),
      cellOf(1, 'A1', 0, 0),
      cellOf(1, 'B1', 0.2, 0.4),
    ];
    expect(meanPaperAverage(cells, median)?.values.all).toBeCloseTo((0.35 + 0.15) / 2, 12);
  });

  it('is nothing where the protocol says nothing, or no cell has scores', () => {
    expect(meanPaperAverage([cellOf(0, 'A1', 0.1, 0.3)], undefined)).toBeUndefined();
    expect(meanPaperAverage([], median)).toBeUndefined();
  });
});
