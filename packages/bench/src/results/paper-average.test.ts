import type { GeneScore, ScoredSection } from '@spotbench/core';
import { describe, expect, it } from 'vitest';
import { cellId } from '../plan/cell-id.ts';
import { paperAverage } from './paper-average.ts';
import { summariseFold, summaryJson } from './summary.ts';

function score(gene: string, pcc: number | null, nSpots: number, why: GeneScore['undefined'] = null): GeneScore {
  const rest = { spearman: pcc, r2: pcc, mse: 1, mae: 1, truthMean: 1, truthVar: 1, predVar: 1 };
  return { gene, nSpots, pcc, ...rest, undefined: why };
}

/** Patient A has two sections, B one; G3 is constant as predicted in A1 and as measured in B1. */
const SECTIONS: ScoredSection[] = [
  { patient: 'A', section: 'A1', rows: [score('G1', 0.8, 10), score('G3', null, 10, 'constant_pred')] },
  { patient: 'A', section: 'A2', rows: [score('G1', 0.2, 10), score('G3', 0.4, 10)] },
  { patient: 'B', section: 'B1', rows: [score('G1', 0.6, 40), score('G3', null, 40, 'constant_truth')] },
];
const SETS = Object.fromEntries(SECTIONS.map(({ section }) => [section, { all: ['G1', 'G3'], 'HEG-50': ['G1'] }]));
const CELL = { dataset: 'd', protocol: 'p', regime: 'frozen', encoder: 'e', method: 'm', fold: 0, seed: 0 } as const;

describe('paperAverage', () => {
  it.each([
    // (0.8 + 0.3 + 0.6) / 3; the headline counts the constant prediction 0 and goes over patients: (0.4 + 0.3) / 2, 0.6.
    ['drop', 'sections', 1.7 / 3],
    ['zero', 'sections', (0.4 + 0.3 + 0.3) / 3],
    ['drop', 'patients', ((0.8 + 0.3) / 2 + 0.6) / 2],
    ['drop', 'spots', (10 * 0.8 + 10 * 0.3 + 40 * 0.6) / 60],
  ] as const)('%s undefined genes, over %s', (policy, overSections, wanted) => {
    const found = paperAverage({ policy, overGenes: 'mean', overSections }, SECTIONS, SETS)!;
    expect(found.values.all).toBeCloseTo(wanted, 12);
    expect(Object.keys(found.values)).toEqual(['all', 'HEG-50']);
  });

  it('says how it averaged', () => {
    const found = paperAverage({ policy: 'drop', overGenes: 'median', overSections: 'spots' }, SECTIONS, SETS);
    expect(found).toMatchObject({
      averaging: 'gene within section -> median gene -> mean over sections by their spots',
      undefinedPolicy: 'genes without a value are left out',
    });
  });

  it('stands in the summary beside the headline, which it does not change, and only where the protocol asks for it', () => {
    const cell = { ...CELL, id: cellId(CELL) };
    const averaging = { policy: 'drop', overGenes: 'mean', overSections: 'sections' } as const;
    const { paper, ...plain } = summariseFold(cell, SECTIONS, SETS, averaging);
    expect(paper?.values.all).toBeCloseTo(1.7 / 3, 12);
    expect(plain).toEqual(summariseFold(cell, SECTIONS, SETS));
    expect(plain.sets.all.pcc.value).toBeCloseTo((0.35 + 0.6) / 2, 12);
    expect(summaryJson(plain)).not.toContain('"paper"');
  });
});
