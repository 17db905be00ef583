import fc from 'fast-check';
import type { SectionFile } from './section-files.ts';

/** A named change of a text file. */
export interface Mutation {
  readonly name: string;
  readonly text: string | Uint8Array;
}

type Table = string[][];

function parts({ text, headLines, delimiter }: SectionFile): { head: string[]; rows: Table } {
  const lines = text.trimEnd().split('\n');
  // The empty corner of a count table is a cell, so lines are not trimmed on the left.
  return { head: lines.slice(0, headLines), rows: lines.slice(headLines).map((line) => line.split(delimiter)) };
}

function textOf({ delimiter }: SectionFile, head: readonly string[], rows: Table): string {
  return [...head, ...rows.map((row) => row.join(delimiter)), ''].join('\n');
}

/** Changes after which the file still says the same. */
export function harmless(file: SectionFile): fc.Arbitrary<Mutation> {
  const { head, rows } = parts(file);
  const choices: fc.Arbitrary<Mutation>[] = [
    fc.constant({ name: 'as it is', text: file.text }),
    fc.constant({ name: 'byte order mark', text: `\uFEFF${file.text}` }),
    fc.constant({ name: 'CRLF', text: file.text.replaceAll('\n', '\r\n') }),
    fc.constant({ name: 'no newline at the end', text: file.text.trimEnd() }),
    fc.nat(3).map((n) => ({ name: 'blank lines at the end', text: file.text + '\n'.repeat(n) })),
  ];
  if (file.anyOrder)
    choices.push(shuffled(rows).map((order) => ({ name: 'shuffled rows', text: textOf(file, head, order) })));
  if (file.named) choices.push(shuffledColumns(file));
  if (file.quotable) choices.push(quotedCell(file));
  return fc.oneof(...choices);
}

function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

/** The first column of a count table has no name and stays first. */
function shuffledColumns(file: SectionFile): fc.Arbitrary<Mutation> {
  const { head, rows } = parts(file);
  const names = head.at(-1)!.split(file.delimiter);
  const fixed = names[0] === '' ? [0] : [];
  return shuffled([...names.keys()].slice(fixed.length)).map((rest) => {
    const order = [...fixed, ...rest];
    const header = order.map((c) => names[c]).join(file.delimiter);
    const text = textOf(
      file,
      [...head.slice(0, -1), header],
      rows.map((row) => order.map((c) => row[c])),
    );
    return { name: 'shuffled columns', text };
  });
}

function quotedCell(file: SectionFile): fc.Arbitrary<Mutation> {
  return changedCell(file, 'quoted cell', fc.constant('quote'), (cell) => `"${cell}"`);
}

/** Texts that are no count and no coordinate. */
const WRONG = [
  '',
  'NaN',
  'nan',
  'inf',
  '-inf',
  '1e999',
  '0x10',
  'abc',
  '1,5',
  '--1',
  '\u0661',
  '1 2',
  'null',
  '\uFFFD',
];

/**
 * Changes that make a file another one, or a broken one: it must be refused unless what changed is not looked at. Cells that are
 * names, and counts that stay counts, may be anything and are left alone.
 */
export function harmful(file: SectionFile): fc.Arbitrary<Mutation> {
  const { head, rows } = parts(file);
  const at = fc.nat(rows.length - 1);
  const withRows = (name: string, changed: Table): Mutation => ({ name, text: textOf(file, head, changed) });
  const cut = fc.nat({ max: file.text.length - 1 });
  return fc.oneof(
    at.map((r) => withRows('row twice', [...rows, rows[r]])),
    at.map((r) => withRows('cell less', rows.with(r, rows[r].slice(0, -1)))),
    at.map((r) => withRows('cell more', rows.with(r, [...rows[r], '1']))),
    changedCell(file, 'no number', fc.constantFrom(...WRONG), (_, wrong) => wrong, isNumber),
    changedCell(file, 'byte that is no text', fc.constant(0), (cell) => `${cell}\u0000`),
    cut.map((length) => ({
      name: 'other bytes',
      text: Uint8Array.of(...Buffer.from(file.text.slice(0, length)), 0xff),
    })),
  );
}

const isNumber = (cell: string): boolean => /^[\d.]+$/.test(cell);

function changedCell<T>(
  file: SectionFile,
  name: string,
  choice: fc.Arbitrary<T>,
  change: (cell: string, chosen: T) => string,
  fits: (cell: string) => boolean = () => true,
): fc.Arbitrary<Mutation> {
  const { head, rows } = parts(file);
  const places = rows.flatMap((row, r) => row.map((cell, c) => ({ r, c, cell }))).filter(({ cell }) => fits(cell));
  // A list of names has no number that could be wrong.
  if (places.length === 0) return fc.constant({ name: 'as it is', text: file.text });
  return fc.tuple(fc.constantFrom(...places), choice).map(([{ r, c, cell }, chosen]) => {
    const changed = rows.with(r, rows[r].with(c, change(cell, chosen)));
    return { name: `${name} ${JSON.stringify(changed[r][c])}`, text: textOf(file, head, changed) };
  });
}

/** A few bytes dropped, put in or both, anywhere. */
export function editedBytes(good: Uint8Array): fc.Arbitrary<Buffer> {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('\t\n\r ,.-+"019eExN')));
  const edit = fc.record({ at: fc.nat(good.length), drop: fc.nat(3), insert: fc.array(byte, { maxLength: 2 }) });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    const bytes = [...good];
    for (const { at, drop, insert } of edits) bytes.splice(at, drop, ...insert);
    return Buffer.from(bytes);
  });
}
