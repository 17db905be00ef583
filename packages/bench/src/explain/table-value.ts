import { SpotbenchError, summarise } from '@spotbench/core';
import type { METRICS } from '../results/summary.ts';
import type { NumberAddress } from './address.ts';
import type { NumberChain } from './chain.ts';
import type { ExplainedCell } from './result-source.ts';

/** A number as the tables' own code computes it from the cells behind it. */
export function tableValue(
  { set, metric }: Pick<NumberAddress, 'set' | 'metric'>,
  cells: readonly ExplainedCell[],
): number | null {
  const seeds = [...new Set(cells.map(({ finished }) => finished.record.seed))].sort((a, b) => a - b);
  const runs = seeds.map((seed) => {
    const own = cells.filter(({ finished }) => finished.record.seed === seed);
    return { seed, sections: own.flatMap(({ finished }) => finished.sections) };
  });
  const sets = Object.assign({}, ...cells.map(({ finished }) => finished.sets)) as Record<
    string,
    Record<string, readonly string[]>
  >;
  const genes = ({ section }: { readonly section: string }): readonly string[] => sets[section][set] ?? [];
  return summarise(runs, { genes, metric: metric as (typeof METRICS)[number] }).value;
}

/** Sums in another order may differ in the last bits. */
const ROUNDING = 1e-9;

/** @throws SpotbenchError `bad-data` when a chain does not end at the number that tables show. */
export function checkAgainstTables({ address, value }: NumberChain, table: number | null): void {
  const same =
    value === null || table === null
      ? value === table
      : Math.abs(value - table) <= ROUNDING * Math.max(1, Math.abs(table));
  if (same) return;
  throw new SpotbenchError(
    'bad-data',
    `${address}: the chain ends at ${value}, tables show ${table}; npx spotbench publish --check and npx spotbench rescore --check say which of them is not what was scored`,
  );
}
