import type { NamedTable } from '@spotbench/core';

/** How many names a message lists. */
const SHOWN = 3;

/** What is wrong with a section's predictions; an empty list where every spot and gene is there once with a finite number. */
export function checkTable(
  { rows, columns, values }: NamedTable,
  needed: { readonly spots: readonly string[]; readonly genes: readonly string[] },
): string[] {
  return [
    ...checkNames('spots', needed.spots, rows),
    ...checkNames('genes', needed.genes, columns),
    ...checkValues({ rows, columns, values }),
  ];
}

function checkNames(what: string, needed: readonly string[], found: readonly string[]): string[] {
  const [there, wanted] = [new Set(found), new Set(needed)];
  const seen = new Set<string>();
  const repeated = new Set(found.filter((name) => seen.size === seen.add(name).size));
  return [
    say(
      what,
      'missing',
      needed.filter((name) => !there.has(name)),
      `of ${needed.length} `,
    ),
    say(
      what,
      'that the protocol does not have',
      [...there].filter((name) => !wanted.has(name)),
    ),
    say(what, 'more than once', [...repeated]),
  ].flat();
}

function checkValues({ rows, columns, values }: NamedTable): string[] {
  const places: string[] = [];
  values.forEach((value, k) => {
    // What is stored is float32.
    if (Number.isFinite(Math.fround(value))) return;
    places.push(`spot ${rows[Math.floor(k / columns.length)]} gene ${columns[k % columns.length]}`);
  });
  return say('values', 'not a finite float32 number', places);
}

function say(what: string, problem: string, names: readonly string[], of = ''): string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN ? ', ...' : '';
  return [`${names.length} ${of}${what} ${problem}: ${names.slice(0, SHOWN).join(', ')}${more}`];
}

/** The values with spots and genes in the order needed, of a table without problems. [N, G] */
export function inOrder(
  { rows, columns, values }: NamedTable,
  needed: { readonly spots: readonly string[]; readonly genes: readonly string[] },
): Float32Array {
  const rowOf = new Map(rows.map((name, row) => [name, row]));
  const columnsInOrder = needed.genes.map((gene) => columns.indexOf(gene));
  const ordered = new Float32Array(needed.spots.length * needed.genes.length);
  needed.spots.forEach((spot, i) => {
    const start = rowOf.get(spot)! * columns.length;
    columnsInOrder.forEach((column, g) => (ordered[i * needed.genes.length + g] = values[start + column]));
  });
  return ordered;
}
