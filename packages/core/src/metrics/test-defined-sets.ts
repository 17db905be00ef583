import type { GeneScore } from './gene-score.ts';
import type { GeneMetricName } from './metric.ts';
import type { GeneSet, ScoredSection } from './score-matrix.ts';

/**
 * Gene sets that some papers choose with the test section in hand. Kept to reproduce their conventions from stored rows, each
 * section or method then sitting another exam; never behind a headline, whose panels are fitted on training sections.
 */

/** The `size` genes of highest mean expression in the test section itself (HEG of several papers). */
export function testHighest(size: number): GeneSet {
  return ({ rows }) => top(rows, size, (row) => row.truthMean);
}

/** The `size` genes of highest variance in the test section itself (HVG of several papers). */
export function testMostVariable(size: number): GeneSet {
  return ({ rows }) => top(rows, size, (row) => row.truthVar);
}

/**
 * The `size` genes this method predicted best, by mean over sections, undefined as 0: a selection on the outcome, with which
 * even noise scores above 0.
 */
export function bestPredicted(
  sections: readonly ScoredSection[],
  size: number,
  metric: Extract<GeneMetricName, 'pcc' | 'spearman'> = 'pcc',
): readonly string[] {
  const sums = new Map<string, number>();
  for (const { rows } of sections)
    for (const row of rows) sums.set(row.gene, (sums.get(row.gene) ?? 0) + (row[metric] ?? 0));
  return firstNames(
    [...sums].map(([gene, sum]) => ({ gene, value: sum })),
    size,
  );
}

function top(rows: readonly GeneScore[], size: number, by: (row: GeneScore) => number | null): string[] {
  return firstNames(
    rows.map((row) => ({ gene: row.gene, value: by(row) ?? -Infinity })),
    size,
  );
}

/** Largest first; equal values by name, so that a set never depends on the order of rows. */
function firstNames(scored: { gene: string; value: number }[], size: number): string[] {
  return scored
    .sort((a, b) => b.value - a.value || (a.gene < b.gene ? -1 : 1))
    .slice(0, size)
    .map(({ gene }) => gene);
}
