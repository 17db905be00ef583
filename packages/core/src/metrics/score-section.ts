import { SpotbenchError } from '../errors/spotbench-error.ts';
import { alignPrediction, type AlignedPair, type NamedExpression } from './align.ts';
import { scoreGene, type GeneScore } from './gene-score.ts';
import { spearmanScratch } from './spearman.ts';

/** Genes copied out of the row-major matrices at a time: 64 x 4 bytes fill whole cache lines of each row. */
const BLOCK = 64;

/** What is scored: a section's measured expression and a prediction of it, each with its own names. */
export interface SectionPair {
  readonly truth: NamedExpression;
  readonly prediction: NamedExpression;
}

/**
 * Scores a prediction gene by gene: Pearson, Spearman, R2, MSE, MAE of every gene of the truth, in the truth's gene order.
 * Rows and columns meet by name; permuting spots or genes of either side changes no bit of any score. Memory beyond the
 * inputs is that of one block of columns, whatever G is.
 * @throws SpotbenchError `bad-prediction` when spots are missing, extra or repeated or a value is not finite.
 */
export function scoreSection({ truth, prediction }: SectionPair): GeneScore[] {
  return scoreAligned([alignPrediction(truth, prediction)]);
}

/**
 * As `scoreSection`, with the spots of all sections stacked into one long column per gene: the *pooled* convention of some
 * papers, which mostly measures the difference between sections and is never the headline.
 * @throws SpotbenchError as `scoreSection`, and `bad-data` when the sections' genes differ.
 */
export function scorePooled(sections: readonly SectionPair[]): GeneScore[] {
  const genes = [...(sections[0]?.truth.genes ?? [])].sort();
  for (const { truth } of sections) {
    if (truth.genes.length !== genes.length || [...truth.genes].sort().some((gene, i) => gene !== genes[i]))
      throw new SpotbenchError(
        'bad-data',
        'pooled scores: every section needs the same genes; restrict them to a panel',
      );
  }
  return scoreAligned(sections.map(({ truth, prediction }) => alignPrediction(truth, prediction)));
}

function scoreAligned(pairs: readonly AlignedPair[]): GeneScore[] {
  const n = pairs.reduce((sum, pair) => sum + pair.truthRows.length, 0);
  const genes = pairs[0]?.truth.genes ?? [];
  const truthColumns = pairs.map(({ truth }) => columnsOf(truth.genes, genes));
  const predColumns = pairs.map((pair, k) => truthColumns[k].map((column) => pair.predictionColumns[column]));
  const truthBlock = new Float32Array(BLOCK * n);
  const predBlock = new Float32Array(BLOCK * n);
  const scratch = spearmanScratch(n);
  const scores: GeneScore[] = [];
  for (let start = 0; start < genes.length; start += BLOCK) {
    const size = Math.min(BLOCK, genes.length - start);
    let offset = 0;
    for (const [k, { truth, prediction, truthRows, predictionRows }] of pairs.entries()) {
      gather(truth, truthRows, truthColumns[k].subarray(start, start + size), truthBlock, offset, n);
      gather(prediction, predictionRows, predColumns[k].subarray(start, start + size), predBlock, offset, n);
      offset += truthRows.length;
    }
    for (let b = 0; b < size; b++) {
      const missing = predColumns.some((columns) => columns[start + b] < 0);
      const column = (block: Float32Array): Float32Array => block.subarray(b * n, (b + 1) * n);
      if (missing) column(predBlock).fill(0);
      scores.push(scoreGene(genes[start + b], column(truthBlock), column(predBlock), missing, scratch));
    }
  }
  return scores;
}

function columnsOf(genes: readonly string[], wanted: readonly string[]): Int32Array {
  const index = new Map(genes.map((gene, i) => [gene, i]));
  return Int32Array.from(wanted, (gene) => index.get(gene)!);
}

/** Copies `columns` of the given rows, transposed, into `block` [BLOCK, n] from spot `offset` on; column -1 is left alone. */
function gather(
  { genes, values }: NamedExpression,
  rows: Uint32Array,
  columns: Int32Array,
  block: Float32Array,
  offset: number,
  n: number,
): void {
  const width = genes.length;
  const size = columns.length;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] * width;
    for (let b = 0, to = offset + i; b < size; b++, to += n) {
      const column = columns[b];
      if (column >= 0) block[to] = values[row + column];
    }
  }
}
