import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { parseSelectionTable } from './selection-table.ts';
import { SELECTION } from './testing/tiny-section.ts';

const parse = (text: string): ReturnType<typeof parseSelectionTable> =>
  parseSelectionTable(new TextEncoder().encode(text), 'T1_selection.tsv');

describe('parseSelectionTable', () => {
  it('reads places on the array and in the image', () => {
    expect(parse(SELECTION)[1]).toEqual({
      array: { x: 1, y: 1, key: '1x1', moved: false },
      pixelX: 10.9,
      pixelY: 10.1,
      selected: true,
      line: 3,
    });
  });

  it.each([
    ['CRLF line ends', SELECTION.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${SELECTION}`],
    ['a byte order mark and CRLF', `\uFEFF${SELECTION.replaceAll('\n', '\r\n')}`],
    ['quoted fields', SELECTION.replace('pixel_x', '"pixel_x"').replace('10.9', '"10.9"')],
    ['no newline at the end', SELECTION.trimEnd()],
    ['a blank line at the end', `${SELECTION}\n`],
  ])('reads the same with %s', (_, text) => {
    expect(text).not.toBe(SELECTION);
    expect(parse(text)).toEqual(parse(SELECTION));
  });

  it('takes columns by name, in any order, and rounds array coordinates to the nearest', () => {
    const spots = parse('selected\tpixel_y\tpixel_x\ty\tx\n0\t4\t3\t1.49\t-0.2\n');
    expect(spots).toEqual([
      { array: { x: 0, y: 1, key: '0x1', moved: true }, pixelX: 3, pixelY: 4, selected: false, line: 2 },
    ]);
    expect(Object.is(spots[0].array.x, 0)).toBe(true);
  });

  it.each([
    ['an empty file', '', 'needed a header line'],
    ['only a header', SELECTION.split('\n')[0], 'needed at least one spot'],
    ['a missing column', SELECTION.replace('pixel_x', 'px'), 'line 1: needed a column pixel_x, found "x y new_x'],
    ['a repeated column', SELECTION.replace('new_x', 'x'), 'line 1: column x stands twice'],
    ['a short row', SELECTION.replace('\t39\t29\t1', '\t39\t29'), 'line 4: needed 7 columns as in the header, found 6'],
    ['a long row', SELECTION.replace('\t29\t1', '\t29\t1\t1'), 'line 4: needed 7 columns as in the header, found 8'],
    ['an empty number', SELECTION.replace('10.9', ''), 'line 3: pixel_x: needed a number, found ""'],
    ['NaN', SELECTION.replace('10.9', 'nan'), 'line 3: pixel_x: needed a number, found "nan"'],
    ['hexadecimal', SELECTION.replace('10.9', '0x10'), 'line 3: pixel_x: needed a number, found "0x10"'],
    ['a number beyond float64', SELECTION.replace('10.9', '1e999'), 'line 3: pixel_x: needed a number, found "1e999"'],
    ['infinity', SELECTION.replace('10.9', 'Infinity'), 'line 3: pixel_x: needed a number, found "Infinity"'],
    ['another selected', SELECTION.replace('\t29\t1', '\t29\t2'), 'line 4: selected: needed 0 or 1, found 2'],
    [
      'a repeated spot',
      SELECTION.replace('2\t1\t', '1\t1.2\t'),
      'line 4: spot 1x1 (rounded array coordinate) already stands on line 3',
    ],
    ['an unclosed quote', SELECTION.replace('10.9', '"10.9'), 'not a tab-separated table'],
  ])('refuses %s, saying where', (_, text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ tag: 'bad-data' }));
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow('T1_selection.tsv');
  });

  it('reads or refuses whatever bytes it is given', () => {
    const good = new TextEncoder().encode(SELECTION);
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(9, 10, 13, 32, 34, 45, 46, 48));
    const change = fc.record({ at: fc.nat(good.length), drop: fc.nat(3), insert: fc.array(byte, { maxLength: 3 }) });
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const bytes = [...good];
      for (const { at, drop, insert } of changes) bytes.splice(at, drop, ...insert);
      try {
        const spots = parseSelectionTable(Uint8Array.from(bytes), 'T1_selection.tsv');
        expect(spots.every(({ pixelX, pixelY }) => Number.isFinite(pixelX + pixelY))).toBe(true);
        expect(new Set(spots.map(({ array }) => array.key)).size).toBe(spots.length);
      } catch (error) {
        if (!isSpotbenchError(error, 'bad-data')) throw error;
      }
    });
    fc.assert(property, { seed: 5, numRuns: 1000 });
  });
});
