import type { Ranking } from '../../report/board-schema.ts';
import type { FinishedCell } from '../../report/read-runs.ts';
import type { SectionPrediction } from '../../cell/predictions.ts';
import type { SiteCell } from '../site-input.ts';
import { calibrate, type Calibration, type GenePair } from './calibration.ts';
import { geneCorrelations, rankedGenes, type GeneOfPatient } from './gene-correlations.ts';
import { lossCurve, type LossPoint } from './loss-curve.ts';
import { rankedSet, widestSet } from '../../report/ranked-set.ts';
import { columnAt, type TruthColumns } from './truth-columns.ts';

/** Everything that the page of a method shows of one ranking. */
export interface MethodResults {
  readonly set: string;
  readonly byPatient: readonly GeneOfPatient[];
  readonly genes: readonly { readonly gene: string; readonly pcc: number }[];
  /** Undefined where predictions or measurements are not at hand. */
  readonly calibration: Calibration | undefined;
  readonly curves: readonly { readonly fold: number; readonly points: readonly LossPoint[] }[];
  readonly costs: Costs;
}

/** Time and memory of a method's cells. */
export interface Costs {
  readonly cells: number;
  readonly fitMs: { readonly median: number; readonly total: number };
  readonly predictMs: { readonly median: number; readonly total: number };
  readonly peakMemoryMb: number;
  readonly params: number | null;
  readonly engines: readonly string[];
}

/** What is done with the stored predictions of a cell while they are in memory. */
export type OnPredictions = (
  cell: SiteCell,
  scored: FinishedCell,
  predictions: readonly SectionPrediction[],
) => Promise<void>;

/**
 * Reads the cells of one method in one ranking, one after the other. Scores of all seeds are averaged; predictions and loss
 * curves are those of the first seed.
 */
export async function methodResults(
  ranking: Ranking,
  cells: readonly SiteCell[],
  truth: TruthColumns,
  onPredictions: OnPredictions,
): Promise<MethodResults> {
  const set = rankedSet(ranking.sets);
  const firstSeed = Math.min(...cells.map((c) => c.cell.seed));
  const scored: FinishedCell[] = [];
  const pairs: GenePair[] = [];
  const curves: { fold: number; points: LossPoint[] }[] = [];
  for (const cell of cells) {
    const finished = await cell.scores();
    scored.push(finished);
    if (cell.cell.seed !== firstSeed) continue;
    const csv = await cell.curve();
    const points = csv === undefined ? [] : lossCurve(csv);
    if (points.length > 0) curves.push({ fold: cell.cell.fold, points });
    const predictions = (await cell.predictions()) ?? [];
    for (const prediction of predictions) pairs.push(...(await pairsOf(cell, finished, prediction, set, truth)));
    await onPredictions(cell, finished, predictions);
  }
  return {
    set,
    byPatient: geneCorrelations(scored, set),
    genes: rankedGenes(geneCorrelations(scored, widestSet(ranking.sets))),
    calibration: pairs.length > 0 ? calibrate(pairs) : undefined,
    curves: curves.sort((a, b) => a.fold - b.fold),
    costs: costsOf(cells),
  };
}

async function pairsOf(
  { cell }: SiteCell,
  { sets }: FinishedCell,
  prediction: SectionPrediction,
  set: string,
  truth: TruthColumns,
): Promise<GenePair[]> {
  const wanted = (sets[prediction.section] as Record<string, readonly string[]> | undefined)?.[set] ?? [];
  const genes = wanted.filter((gene) => prediction.genes.includes(gene));
  const measured = await truth(cell, prediction, genes);
  if (measured === undefined) return [];
  return genes.map((gene, k) => ({ gene, measured: measured[k], predicted: columnOf(prediction, gene) }));
}

/** One gene of a prediction. [N] */
export function columnOf({ genes, spotIds, values }: SectionPrediction, gene: string): Float32Array {
  return columnAt(values, genes.indexOf(gene), spotIds.length);
}

function costsOf(cells: readonly SiteCell[]): Costs {
  const records = cells.map((c) => c.record);
  const times = (of: 'fit' | 'predict'): { median: number; total: number } => {
    const sorted = records.map((r) => r.durationsMs[of]).sort((a, b) => a - b);
    return { median: sorted[sorted.length >> 1], total: sorted.reduce((a, b) => a + b, 0) };
  };
  return {
    cells: records.length,
    fitMs: times('fit'),
    predictMs: times('predict'),
    peakMemoryMb: Math.max(...records.map((r) => r.peakMemoryMb)),
    params: records.map((r) => r.params).find((p) => p !== null) ?? null,
    engines: [...new Set(records.map((r) => `${r.engine}/${r.device}`))].sort(),
  };
}
