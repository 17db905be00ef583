import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCounts } from '../counts/count-files.ts';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { parseCountTable } from './count-table.ts';
import { COUNTS } from './testing/tiny-section.ts';

const parse = (text: string | Uint8Array): ReturnType<typeof parseCountTable> =>
  parseCountTable(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'T1.tsv');

const messageOf = (text: string | Uint8Array): string => {
  try {
    parse(text);
  } catch (error) {
    if (isSpotbenchError(error, 'bad-data')) return error.message;
    throw error;
  }
  return 'no error';
};

describe('parseCountTable', () => {
  it('reads row ids, genes and the non-zero counts', () => {
    const { rowIds, counts } = parse(COUNTS);
    expect(rowIds).toEqual(['1x1', '2x1', '1x2']);
    expect(counts.genes).toEqual(['ERBB2', 'FASN', 'GNAS']);
    expect([...counts.indptr]).toEqual([0, 2, 3, 4]);
    expect([...counts.indices]).toEqual([1, 2, 2, 1]);
    expect([...counts.values]).toEqual([3, 1, 12, 7]);
  });

  it.each([
    ['CRLF line ends', COUNTS.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${COUNTS}`],
    ['no newline at the end', COUNTS.trimEnd()],
    ['blank lines at the end', `${COUNTS}\n\r\n\n`],
    ['whole numbers written as floats', COUNTS.replace('\t12\n', '\t12.0\n').replace('\t7\t', '\t7.\t')],
  ])('reads the same with %s', (_, text) => {
    expect(text).not.toBe(COUNTS);
    expect(parse(text)).toEqual(parse(COUNTS));
  });

  it('sums columns of one gene and counts them', () => {
    const { counts, report } = parse('\tA\tB\tA\tA\n1x1\t1\t2\t3\t0\n2x1\t0\t0\t4\t1\n');
    expect(counts.genes).toEqual(['A', 'B']);
    expect([...counts.indptr]).toEqual([0, 2, 3]);
    expect([...counts.indices]).toEqual([0, 1, 0]);
    expect([...counts.values]).toEqual([4, 2, 5]);
    expect(report).toEqual({ 'features-summed': 2 });
    expect(parse(COUNTS).report).toEqual({});
  });

  it('reads a single spot and gene, and the largest count that float32 holds', () => {
    expect([...parse('\tA\n1x1\t16777216').counts.values]).toEqual([16777216]);
  });

  it.each([
    [
      'a short row',
      COUNTS.replace('2x1\t0\t0', '2x1\t0'),
      'line 3 (spot 2x1): needed 3 counts to match the header, found 2',
    ],
    [
      'a row without any count',
      COUNTS.replace('2x1\t0\t0\t12', '2x1'),
      'line 3 (spot 2x1): needed 3 counts to match the header, found 0',
    ],
    [
      'a long row',
      COUNTS.replace('12\n', '12\t1\n'),
      'line 3 (spot 2x1): needed 3 counts to match the header, found 4',
    ],
    ['a trailing tab', COUNTS.replace('12\n', '12\t\n'), 'line 3 (spot 2x1): needed 3 counts'],
    [
      'a row cut after a tab',
      COUNTS.slice(0, COUNTS.lastIndexOf('7')),
      'line 4 (spot 1x2): needed 3 counts to match the header, found 2',
    ],
    ['an empty cell', COUNTS.replace('\t3\t', '\t\t'), 'line 2 (spot 1x1, gene FASN): needed a whole number'],
    [
      'a negative count',
      COUNTS.replace('\t12', '\t-12'),
      'line 3 (spot 2x1, gene GNAS): needed a whole number of molecules in 0..16777216, found "-12"',
    ],
    [
      'a fraction',
      COUNTS.replace('\t12', '\t1.5'),
      'line 3 (spot 2x1, gene GNAS): needed a whole number of molecules in 0..16777216, found "1.5"',
    ],
    ['NaN', COUNTS.replace('\t12', '\tNaN'), 'found "NaN"'],
    ['text', COUNTS.replace('\t12', '\t12a'), 'found "12a"'],
    ['scientific notation', COUNTS.replace('\t12', '\t1e3'), 'found "1e3"'],
    ['a quoted count', COUNTS.replace('\t12', '\t"12"'), 'found "\\"12\\""'],
    ['a space', COUNTS.replace('\t12', '\t 12'), 'found " 12"'],
    ['a count beyond float32', COUNTS.replace('\t12', '\t16777217'), 'found "16777217"'],
    ['a count of 400 digits', COUNTS.replace('\t12', `\t${'9'.repeat(400)}`), 'gene GNAS'],
    ['a blank line in between', COUNTS.replace('2x1', '\n2x1'), 'line 3: needed a spot id, found a blank line'],
    ['an empty spot id', COUNTS.replace('2x1', ''), 'line 3: needed a spot id'],
    ['a carriage return within a row', COUNTS.replace('\t12', '\r12'), 'line 3 (spot 2x1)'],
    ['only a header', COUNTS.split('\n')[0], 'needed at least one row of counts'],
    ['a header without the leading tab', COUNTS.slice(1), 'line 1: the header must start with a tab, found "ERBB2"'],
    ['a named first column', `spot${COUNTS}`, 'must start with a tab, found "spot"; write the table spots x genes'],
    ['a header without genes', '\n1x1\n', 'line 1: needed gene names, found none'],
    ['an empty gene name', COUNTS.replace('FASN', ''), 'line 1: column 3: needed a gene name, found ""'],
    ['a quoted gene', COUNTS.replace('GNAS', '"GNAS"'), 'column 4: needed a gene name'],
    ['commas for tabs', COUNTS.replaceAll('\t', ','), 'the header must start with a tab'],
  ])('refuses %s, saying where', (_, text, message) => {
    expect(messageOf(text)).toContain('T1.tsv');
    expect(messageOf(text)).toContain(message);
    expect(messageOf(text)).toMatch(/; \w+/);
  });

  it('refuses bytes that are not text', () => {
    expect(messageOf(Uint8Array.of(9, 0xff, 0xfe, 10))).toContain('line 1: needed text in UTF-8');
  });

  it('reads or refuses whatever bytes it is given: no crash, and never a matrix that does not fit together', () => {
    const good = new TextEncoder().encode(COUNTS);
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(9, 10, 13, 32, 34, 45, 46, 48));
    const change = fc.record({ at: fc.nat(good.length), drop: fc.nat(3), insert: fc.array(byte, { maxLength: 3 }) });
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const bytes = [...good];
      for (const { at, drop, insert } of changes) bytes.splice(at, drop, ...insert);
      if (messageOf(Uint8Array.from(bytes)) !== 'no error') return;
      const { rowIds, counts } = parse(Uint8Array.from(bytes));
      expect(counts.indptr).toHaveLength(rowIds.length + 1);
      expect(() => checkCounts(counts, 'mutated')).not.toThrow();
      expect(counts.values.every((count) => Number.isInteger(count) && count > 0)).toBe(true);
    });
    fc.assert(property, { seed: 4, numRuns: 2000 });
  });
});
