import { describe, expect, it } from 'vitest';
import type { CountMatrix } from '../contracts/counts.ts';
import { selectRows } from '../counts/csr.ts';
import { fitTarget } from './fit-target.ts';
import { type TargetName, targetRule } from './target-rule.ts';

/**
 * Spots x genes:   A    B   C   total
 *             s0   1    3   6     10
 *             s1   0    0   0      0
 *             s2   0    0   9      9
 */
const counts: CountMatrix = {
  genes: ['A', 'B', 'C'],
  indptr: Uint32Array.of(0, 3, 3, 4),
  indices: Uint32Array.of(0, 1, 2, 2),
  values: Float32Array.of(1, 3, 6, 9),
};
const sections = [{ id: 'C2' }, { id: 'B4' }];

describe('fitTarget', () => {
  it('log1p-10k divides by all measured genes, then restricts', () => {
    const { values, librarySize } = fitTarget('log1p-10k', ['B', 'A'], sections).apply(counts);
    // 10,000 * 3/10 = 3000 and 10,000 * 1/10 = 1000.
    expect([...values]).toEqual([Math.log(3001), Math.log(1001), 0, 0, 0, 0].map(Math.fround));
    expect([...librarySize]).toEqual([10, 0, 9]);
  });

  it('panel-log10 restricts, then divides by the panel', () => {
    const { values, librarySize } = fitTarget('panel-log10', ['B', 'A'], sections).apply(counts);
    // 10,000 * 3/4 = 7500 and 10,000 * 1/4 = 2500.
    expect([...values]).toEqual([Math.log10(7501), Math.log10(2501), 0, 0, 0, 0].map(Math.fround));
    expect([...librarySize]).toEqual([10, 0, 9]);
  });

  it('log1p-median scales to the median total of the section, spots without a molecule aside', () => {
    const { values } = fitTarget('log1p-median', ['B', 'C'], sections).apply(counts);
    // The median of 10 and 9 is 9.5: 9.5 * 3/10, 9.5 * 6/10 and 9.5 * 9/9.
    expect([...values]).toEqual([Math.log1p(2.85), Math.log1p(5.7), 0, 0, 0, Math.log1p(9.5)].map(Math.fround));
    const alone = fitTarget('log1p-median', ['B'], sections).apply(selectRows(counts, [1]));
    expect([...alone.values]).toEqual([0]);
  });

  it('leaves spots with nothing to normalise by at zero, and counts them by the total that was used', () => {
    expect(fitTarget('log1p-10k', ['B', 'A'], sections).apply(counts).zeroTotalSpots).toBe(1);
    expect(fitTarget('panel-log10', ['B', 'A'], sections).apply(counts).zeroTotalSpots).toBe(2);
  });

  it('fills genes that a section lacks with zero, and names them', () => {
    const { values, absentGenes } = fitTarget('log1p-10k', ['X', 'C'], sections).apply(counts);
    expect([...values]).toEqual([0, Math.log1p(6000), 0, 0, 0, Math.log1p(10000)].map(Math.fround));
    expect(absentGenes).toEqual(['X']);
  });

  it('records what it saw, and its hash tells any of it apart', () => {
    const fitted = fitTarget('log1p-10k', ['A', 'B'], sections);
    expect(fitted.fittedOn).toEqual(['B4', 'C2']);
    expect(fitTarget('log1p-10k', ['A', 'B'], [...sections].reverse()).hash).toBe(fitted.hash);
    const others = [
      fitTarget('panel-log10', ['A', 'B'], sections),
      fitTarget('log1p-10k', ['B', 'A'], sections),
      fitTarget('log1p-10k', ['A', 'B'], [{ id: 'B4' }]),
    ];
    expect(new Set([fitted, ...others].map(({ hash }) => hash)).size).toBe(4);
  });

  it.each<TargetName>(['log1p-10k', 'panel-log10'])('%s of a spot depends on that spot alone', (name) => {
    const fitted = fitTarget(name, ['A', 'C'], sections);
    const whole = fitted.apply(counts).values;
    expect([...fitted.apply(selectRows(counts, [2])).values]).toEqual([...whole.subarray(4)]);
  });

  it('refuses an unknown target with the nearest name, and a repeated gene', () => {
    expect(() => targetRule('log1p-10')).toThrow('unknown expression target "log1p-10"; did you mean "log1p-10k"?');
    expect(() => fitTarget('log1p-10k', ['A', 'A'], sections)).toThrow(RangeError);
  });
});
