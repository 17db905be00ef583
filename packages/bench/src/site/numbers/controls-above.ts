import type { BoardRow, Ranking } from '../../report/board-schema.ts';

/** The ceiling, which every method is below. */
const CEILING = 'oracle';

/** Controls, but for the oracle, that reach a higher PCC on a set than a method does, best first; none for a control. */
export function controlsAbove({ rows }: Ranking, { kind, scores }: BoardRow, set: string): string[] {
  const own = scores[set]?.pcc?.value;
  if (kind === 'control' || own === undefined || own === null) return [];
  return rows
    .filter((row) => row.kind === 'control' && row.method !== CEILING)
    .map((row) => ({ name: row.method, value: row.scores[set]?.pcc?.value ?? -Infinity }))
    .filter(({ value }) => value > own)
    .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}
