import { describe, expect, it } from 'vitest';
import type { CountMatrix } from '../contracts/counts.ts';
import { denseCounts, librarySizes, selectRows, spotCount } from './csr.ts';

/**
 * Spots x genes:   A  B  C
 *             s0   0  3  1
 *             s1   0  0  0
 *             s2   5  0  2
 */
const counts: CountMatrix = {
  genes: ['A', 'B', 'C'],
  indptr: Uint32Array.of(0, 2, 2, 4),
  indices: Uint32Array.of(1, 2, 0, 2),
  values: Float32Array.of(3, 1, 5, 2),
};

describe('count matrix', () => {
  it('sums each spot over all measured genes', () => {
    expect(spotCount(counts)).toBe(3);
    expect([...librarySizes(counts)]).toEqual([4, 0, 7]);
  });

  it('selects rows in the order asked for, empty ones included', () => {
    const picked = selectRows(counts, [2, 1, 0]);
    expect([...picked.indptr]).toEqual([0, 2, 2, 4]);
    expect([...picked.indices]).toEqual([0, 2, 1, 2]);
    expect([...picked.values]).toEqual([5, 2, 3, 1]);
    expect([...librarySizes(selectRows(counts, [2]))]).toEqual([7]);
  });

  it('makes genes dense by name, zero where the file lacks one, and names those', () => {
    const { values, absent } = denseCounts(counts, ['C', 'X', 'A']);
    expect([...values]).toEqual([1, 0, 0, 0, 0, 0, 2, 0, 5]);
    expect(absent).toEqual(['X']);
  });

  it('refuses a gene asked for twice', () => {
    expect(() => denseCounts(counts, ['A', 'B', 'A'])).toThrow(/twice/);
  });
});
