import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { type Fold, makeSplits } from '../splits/split-manifest.ts';
import { fitFoldPanels, fittingSections } from './fold-panels.ts';
import { makePanel } from './gene-panel.ts';
import { type CountedSection, randomSections, shuffled, sparse } from './testing/random-sections.ts';

const GENES = Array.from({ length: 60 }, (_, g) => `G${String(g).padStart(2, '0')}`);
const sections = randomSections(3, 4, GENES);
/** Two patients: S0, S1 | S2, S3; the first fold tests S0 and S1. */
const [fold]: Fold[] = makeSplits(
  'tiny',
  'leave-patient-out',
  sections.map(({ id, counts }, s) => ({
    section: id,
    patient: s < 2 ? 'P' : 'Q',
    spotCount: counts.indptr.length - 1,
  })),
).folds;
const options = {
  target: 'log1p-10k',
  markers: { genes: ['G07', 'G00'], source: 'a paper' },
  scoredSize: 5,
  allSize: 20,
} as const;

describe('fitFoldPanels', () => {
  const panels = fitFoldPanels(fold, sections, options);

  it('fits on training and validation sections', () => {
    expect(fittingSections(fold, sections).map(({ id }) => id)).toEqual(['S2', 'S3']);
    for (const panel of [panels.heg, panels.hvg, panels.all]) expect(panel.fittedOn).toEqual(['S2', 'S3']);
    expect(panels.marker?.fittedOn).toEqual([]);
  });

  it('predicts every gene that is scored', () => {
    const scored = [...panels.marker!.genes, ...panels.heg.genes, ...panels.hvg.genes];
    expect(panels.all.genes).toEqual(expect.arrayContaining(scored));
    expect(panels.all.genes).toEqual([...panels.all.genes].sort());
    expect(panels.all.size).toBeGreaterThanOrEqual(20);
    expect(panels.all.size).toBeLessThanOrEqual(20 + 5 + 2);
    expect(panels.hvg.genes).toHaveLength(5);
  });

  it('does not see the test sections: absurd ones, or none of their spots in place, change no bit', () => {
    const absurd = (id: string): CountedSection => ({
      id,
      counts: sparse(
        ['G59', 'ZZZ', 'G00'],
        [
          [16777216, 0, 1],
          [0, 9999999, 0],
          [0, 0, 0],
        ],
      ),
    });
    const random = createRandom(5, 'test sections');
    const others = [
      [absurd('S0'), absurd('S1')],
      [absurd('S0'), shuffled(sections[1], random)],
      [sections[0], sections[1], absurd('EXTRA')],
    ];
    for (const tests of others) {
      expect(fitFoldPanels(fold, [...tests, sections[3], sections[2]], options)).toEqual(panels);
    }
    // The same change in a training section does show.
    expect(
      fitFoldPanels(fold, [sections[0], sections[1], sections[2], absurd('S3')], { ...options, scoredSize: 1 }),
    ).not.toEqual(fitFoldPanels(fold, sections, { ...options, scoredSize: 1 }));
  });

  it('takes all candidates where there are fewer than asked for', () => {
    expect(fitFoldPanels(fold, sections, { ...options, allSize: 1000 }).all.genes).toEqual(GENES);
  });

  it('under a fixed panel predicts exactly that, and scores genes of it', () => {
    const genes = ['G10', 'G07', 'G20', 'G30', 'G40', 'G50'];
    const fixed = makePanel({ name: 'fixed-6', rule: 'fixed list', genes, source: 'a paper', fittedOn: [] });
    const paper = fitFoldPanels(fold, sections, { ...options, target: 'panel-log10', fixed });
    expect(paper.all).toBe(fixed);
    expect(genes).toEqual(expect.arrayContaining([...paper.heg.genes, ...paper.hvg.genes]));
    expect(paper.marker?.genes).toEqual(['G07']);
    const none = fitFoldPanels(fold, sections, { ...options, fixed, markers: { genes: ['G00'], source: 'a paper' } });
    expect(none.marker).toBeUndefined();
  });

  it('says when a section of the fold is not there, or a marker nowhere', () => {
    expect(() => fitFoldPanels(fold, sections.slice(0, 3), options)).toThrow('fold 0: section S3 is not in the data');
    expect(() => fitFoldPanels(fold, sections, { ...options, markers: { genes: ['G0'], source: 'a paper' } })).toThrow(
      'panel marker: 1 of 1 genes (G0) are measured in none of 4 sections',
    );
  });
});
