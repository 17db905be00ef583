import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { parseSpotId } from './array-coordinate.ts';
import { parseCountTable } from './count-table.ts';
import { parseMatrixMarket } from './matrix-market.ts';
import { parseSelectionTable } from './selection-table.ts';
import { readTissuePositions } from './tissue-positions.ts';
import { fixture, rowsOf } from './testing/fixtures.ts';
import { editedBytes, harmful, harmless } from './testing/mutations.ts';
import { meaningOf, TEXT_LAYOUTS, type SectionLayout, writeLayout } from './testing/section-files.ts';

/** What reading gave, or the message of its refusal; an error that is not for the reader of a message is thrown on. */
async function outcome<T>(read: () => T | Promise<T>): Promise<{ value: T } | { refusal: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (isSpotbenchError(error, 'bad-data')) return { refusal: error.message };
    throw error;
  }
}

const FILES = TEXT_LAYOUTS.flatMap((layout) => Object.keys(layout.files).map((file) => ({ layout, file })));

async function prepared(layout: SectionLayout) {
  const folder = await writeLayout(layout);
  const read = async (): Promise<unknown> => meaningOf(await layout.read(folder));
  return { folder, read, original: await read() };
}

describe.each(FILES)('$layout.name: $file', ({ layout, file }) => {
  it('says the same with byte order mark, CRLF, blank lines, quotes, and rows and columns in another order', async () => {
    const { folder, read, original } = await prepared(layout);
    const property = fc.asyncProperty(harmless(layout.files[file]), async ({ text }) => {
      await writeFile(join(folder, file), text);
      expect(await read()).toEqual(original);
    });
    await fc.assert(property, { seed: 11, numRuns: 25 });
  });

  it('is refused by name, or read as it was, when rows stand twice, cells are missing, too many or no numbers', async () => {
    const { folder, read, original } = await prepared(layout);
    const refused = new Set<string>();
    const property = fc.asyncProperty(harmful(layout.files[file]), async ({ name, text }) => {
      await writeFile(join(folder, file), text);
      const found = await outcome(read);
      if ('value' in found) {
        expect(found.value).toEqual(original);
      } else {
        expect(found.refusal).toContain(file);
        refused.add(name);
      }
    });
    await fc.assert(property, { seed: 12, numRuns: 80 });
    expect(refused.size).toBeGreaterThan(2);
  });

  it('is read as it was or refused when its gzip stream is damaged', async () => {
    const { folder, read, original } = await prepared(layout);
    const packed = gzipSync(layout.files[file].text);
    const property = fc.asyncProperty(editedBytes(packed), async (bytes) => {
      await writeFile(join(folder, file), bytes);
      const found = await outcome(read);
      if ('value' in found) expect(found.value).toEqual(original);
      else expect(found.refusal).toContain(file);
    });
    await fc.assert(property, { seed: 13, numRuns: 25 });
  });
});

/** Lines without byte order mark and line ends, blank ones left out. */
function linesOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

/** A parser of this project, and a plain one to hold it to: where the first accepts a text, both must say the same. */
interface Pair {
  readonly name: string;
  readonly good: Uint8Array;
  readonly parse: (bytes: Uint8Array, path: string) => unknown;
  readonly plain: (text: string) => unknown;
}

const her2st = TEXT_LAYOUTS[0].files;
const positionsPath = join(await writeLayout(TEXT_LAYOUTS[3]), 'edited');

const PAIRS: readonly Pair[] = [
  {
    name: 'edited count table',
    good: Buffer.from(her2st['counts.tsv'].text),
    parse: (bytes, path) => {
      const { rowIds, counts } = parseCountTable(bytes, path);
      const rows = rowsOf(counts);
      return { genes: counts.genes, rows: rowIds.map((id, i) => [parseSpotId(id, path).key, ...rows[i]]) };
    },
    plain: (text) => {
      const [header, ...rows] = linesOf(text).map((line) => line.split('\t'));
      const key = (id: string): string => id.split('x').map(Number).map(Math.round).join('x');
      return { genes: header.slice(1), rows: rows.map(([id, ...counts]) => [key(id), ...counts.map(Number)]) };
    },
  },
  {
    name: 'edited selection table',
    good: Buffer.from(her2st['selection.tsv'].text),
    parse: (bytes, path) =>
      parseSelectionTable(bytes, path).map(({ array, pixelX, pixelY, selected }) => [
        array.x,
        array.y,
        pixelX,
        pixelY,
        Number(selected),
      ]),
    plain: (text) => {
      const [header, ...rows] = linesOf(text).map((line) => line.split('\t'));
      const cell = (row: string[], name: string): number => Number(row[header.indexOf(name)]);
      return rows.map((row) => [
        // Never minus zero.
        Math.round(cell(row, 'x')) + 0,
        Math.round(cell(row, 'y')) + 0,
        ...['pixel_x', 'pixel_y', 'selected'].map((name) => cell(row, name)),
      ]);
    },
  },
  {
    name: 'edited positions',
    good: await readFile(fixture('spatial/tissue_positions_list.csv')),
    parse: async (bytes, path) => {
      await writeFile(path, bytes);
      const spots = await readTissuePositions(path);
      return spots.map(({ id, selected, arrayY, arrayX, pixelY, pixelX }) => [
        id,
        Number(selected),
        arrayY,
        arrayX,
        pixelY,
        pixelX,
      ]);
    },
    plain: (text) =>
      linesOf(text).map((line) => line.split(',').map((cell, column) => (column === 0 ? cell : Number(cell)))),
  },
  {
    name: 'edited matrix market file',
    good: await readFile(fixture('mtx-v2/matrix.mtx')),
    parse: (bytes, path) => {
      const { rowCount, columnCount, raw } = parseMatrixMarket(bytes, path);
      const entries: number[][] = [];
      for (let column = 0; column < columnCount; column++)
        for (let k = raw.indptr[column]; k < raw.indptr[column + 1]; k++)
          entries.push([raw.indices[k] + 1, column + 1, raw.values[k]]);
      return { sizes: [rowCount, columnCount], entries: entries.sort(compareEntries) };
    },
    plain: (text) => {
      const [, ...lines] = linesOf(text);
      const from = lines.findIndex((line) => !line.startsWith('%'));
      const [sizes, ...entries] = lines.slice(from).map((line) => line.trim().split(/\s+/).map(Number));
      return { sizes: sizes.slice(0, 2), entries: entries.sort(compareEntries) };
    },
  },
];

/** By column, then row, then count. */
function compareEntries(a: number[], b: number[]): number {
  return a[1] - b[1] || a[0] - b[0] || a[2] - b[2];
}

describe.each(PAIRS)('$name', ({ good, parse, plain }) => {
  it('is read as a plain parser reads it, or refused by name', async () => {
    let accepted = 0;
    const property = fc.asyncProperty(editedBytes(good), async (bytes) => {
      const found = await outcome(() => parse(bytes, positionsPath));
      if ('refusal' in found) {
        expect(found.refusal).toContain(positionsPath);
        return;
      }
      accepted++;
      const text = bytes.toString('utf8');
      // Quotes are left to the table parser.
      if (!text.includes('"')) expect(found.value).toEqual(plain(text));
    });
    await fc.assert(property, { seed: 14, numRuns: 500 });
    expect(accepted).toBeGreaterThan(20);
  });
});
