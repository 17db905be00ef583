import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTarget } from '../expression/fit-target.ts';
import type { TargetName } from '../expression/target-rule.ts';
import { createRandom } from '../random/random.ts';
import { type RankBy, rankGenes, topPanel } from './ranked-panel.ts';
import { type CountedSection, randomSections, shuffled, sparse } from './testing/random-sections.ts';

const GENES = Array.from({ length: 30 }, (_, g) => `G${g}`);

/** Mean over sections of the within-section mean or two-pass variance, straight from the dense target. */
function slowScore(score: RankBy, sections: CountedSection[], target: TargetName, gene: number): number {
  const bySection = sections.map(({ counts }) => {
    const { values } = fitTarget(target, GENES, []).apply(counts);
    const column = Array.from({ length: counts.indptr.length - 1 }, (_, i) => values[i * GENES.length + gene]);
    const mean = column.reduce((a, b) => a + b) / column.length;
    return score === 'mean' ? mean : column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length;
  });
  return bySection.reduce((a, b) => a + b) / sections.length;
}

describe('rankGenes', () => {
  const sections = randomSections(1, 3, GENES);

  it.each<[RankBy, TargetName]>([
    ['mean', 'log1p-10k'],
    ['variance', 'log1p-10k'],
    ['mean', 'panel-log10'],
    ['variance', 'panel-log10'],
  ])('by %s of %s agrees with the definition', (score, target) => {
    const slow = GENES.map((gene, g) => ({ gene, score: slowScore(score, sections, target, g) }));
    slow.sort((a, b) => b.score - a.score);
    expect(rankGenes(score, { sections, target, candidates: GENES }).genes).toEqual(slow.map(({ gene }) => gene));
  });

  it('gives every section one vote: a gene that differs between sections only is not variable', () => {
    const low = {
      id: 'low',
      counts: sparse(
        ['BATCH', 'LOCAL', 'REST'],
        [
          [1, 1, 98],
          [1, 3, 96],
        ],
      ),
    };
    const high = {
      id: 'high',
      counts: sparse(
        ['BATCH', 'LOCAL', 'REST'],
        [
          [80, 1, 19],
          [80, 3, 17],
        ],
      ),
    };
    const { genes } = rankGenes('variance', { sections: [low, high], target: 'log1p-10k' });
    expect(genes[0]).toBe('LOCAL');
    expect(genes[2]).toBe('BATCH');
  });

  it('breaks ties by gene name', () => {
    const section = {
      id: 's',
      counts: sparse(
        ['C', 'A', 'B'],
        [
          [5, 5, 5],
          [2, 2, 2],
        ],
      ),
    };
    expect(rankGenes('mean', { sections: [section], target: 'log1p-10k' }).genes).toEqual(['A', 'B', 'C']);
  });

  it('takes genes measured in every section, unless told otherwise', () => {
    const more = {
      id: 'more',
      counts: sparse(
        ['X', 'B', 'A'],
        [
          [50, 1, 2],
          [40, 2, 1],
        ],
      ),
    };
    const less = {
      id: 'less',
      counts: sparse(
        ['A', 'B'],
        [
          [5, 5],
          [4, 1],
        ],
      ),
    };
    const fit = { sections: [more, less], target: 'log1p-10k' } as const;
    expect([...rankGenes('mean', fit).genes].sort()).toEqual(['A', 'B']);
    expect(rankGenes('mean', { ...fit, candidates: ['A', 'X', 'NOWHERE'] }).genes).toHaveLength(3);
  });

  it('does not depend on the order of spots, genes and sections', () => {
    const property = fc.property(fc.nat(), fc.constantFrom<RankBy>('mean', 'variance'), (seed, score) => {
      const random = createRandom(seed, 'order');
      const plain = randomSections(seed, 3, GENES);
      const mixed = [...random.permutation(3)].map((s) => shuffled(plain[s], random));
      for (const target of ['log1p-10k', 'panel-log10'] as const) {
        const panel = topPanel(rankGenes(score, { sections: plain, target }), 10);
        expect(topPanel(rankGenes(score, { sections: mixed, target }), 10)).toEqual(panel);
      }
    });
    fc.assert(property, { numRuns: 50, seed: 7 });
  });

  it('keeps exact ties exact in any order of spots', () => {
    // The same values in both genes, spot order reversed in one: their scores must be equal to the last bit.
    const rows = Array.from({ length: 101 }, (_, i) => [1 + (i % 17), 1 + ((100 - i) % 17), 40]);
    const level = rows.map(([a, b]) => [a, b, 100 - a - b]);
    const section = { id: 's', counts: sparse(['B', 'A', 'REST'], level) };
    for (const score of ['mean', 'variance'] as const) {
      const { genes } = rankGenes(score, { sections: [section], target: 'log1p-10k', candidates: ['B', 'A'] });
      expect(genes).toEqual(['A', 'B']);
    }
  });

  it('keeps exact ties exact in any order of sections', () => {
    // B has in each section what A has in another one, at equal totals: 7 sections of 7 spots.
    const random = createRandom(11, 'ties');
    const levels = Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => random.integer(90)));
    const sections = levels.map((level, s) => {
      const other = levels[(s + 2) % levels.length];
      return {
        id: `S${s}`,
        counts: sparse(
          ['B', 'A', 'REST'],
          level.map((a, i) => [other[i], a, 200 - other[i] - a]),
        ),
      };
    });
    for (const score of ['mean', 'variance'] as const) {
      for (let turn = 0; turn < sections.length; turn++) {
        const turned = [...sections.slice(turn), ...sections.slice(0, turn)];
        const fit = { sections: turned, target: 'log1p-10k', candidates: ['B', 'A'] } as const;
        expect(rankGenes(score, fit).genes).toEqual(['A', 'B']);
      }
    }
  });

  it('refuses no sections', () => {
    expect(() => rankGenes('mean', { sections: [], target: 'log1p-10k' })).toThrow(
      /needed training sections, found none/,
    );
  });
});

describe('topPanel', () => {
  const sections = randomSections(2, 2, GENES);

  it('is named by rule and size, and says what it was fitted on', () => {
    const panel = topPanel(rankGenes('mean', { sections: [...sections].reverse(), target: 'log1p-10k' }), 5);
    expect(panel).toMatchObject({ name: 'HEG-5', size: 5, fittedOn: ['S0', 'S1'], source: 'training sections' });
    expect(panel.rule).toContain('highest mean of log1p-10k');
  });

  it('refuses more genes than there are', () => {
    const ranking = rankGenes('variance', { sections, target: 'log1p-10k' });
    expect(() => topPanel(ranking, 31)).toThrow(
      'panel HVG-31: needed 31 genes measured in every training section, found 30',
    );
  });
});
