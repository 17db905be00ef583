import type { ProtocolEntry } from '../datasets/schema.ts';
import { paperAverage, type PaperAverage } from '../results/paper-average.ts';
import type { FinishedCell } from './read-runs.ts';

/**
 * PCC of a method as a paper's code averages it over the sections of all folds, mean over seeds; a set without a value under one
 * seed has none. Undefined where the protocol averages as the headline does, or where there is no cell.
 */
export function meanPaperAverage(
  cells: readonly FinishedCell[],
  averaging: ProtocolEntry['averaging'],
): PaperAverage | undefined {
  const seeds = [...new Set(cells.map(({ record }) => record.seed))];
  const runs = seeds.flatMap((seed) => {
    const own = cells.filter(({ record }) => record.seed === seed);
    const sets = Object.assign({}, ...own.map((cell) => cell.sets)) as FinishedCell['sets'];
    return (
      paperAverage(
        averaging,
        own.flatMap(({ sections }) => sections),
        sets,
      ) ?? []
    );
  });
  if (runs.length === 0) return undefined;
  const meanOf = (set: string): number | null => {
    const values = runs.map((run) => run.values[set] ?? null);
    return values.reduce<number | null>(
      (sum, value) => (sum === null || value === null ? null : sum + value / values.length),
      0,
    );
  };
  return { ...runs[0], values: Object.fromEntries(Object.keys(runs[0].values).map((set) => [set, meanOf(set)])) };
}
