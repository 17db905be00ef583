import { dotProducts, weightedSums } from './dense-products.ts';
import type { HarmonyProblem } from './soft-clusters.ts';

/**
 * Takes from each spot what a ridge regression within each cluster says of its batch (Korsunsky et al. 2019, methods,
 * "mixture of experts correction"): x_i - sum_k r(i, k) w(k, b_i). With S(k, b) the sum of r(i, k) x_i and O(k, b) that
 * of r(i, k) over the spots of batch b, the normal equations of an unpenalised intercept w0 and batch terms penalised by lambda
 * have the solution
 *
 *   w0(k) = sum_b S(k, b) / (O(k, b) + lambda)  /  sum_b O(k, b) / (O(k, b) + lambda),
 *   w(k, b) = (S(k, b) - O(k, b) w0(k)) / (O(k, b) + lambda).
 *
 * values [N, D], membership [N, K]; returns [N, D].
 */
export function ridgeCorrected(problem: HarmonyProblem, membership: Float64Array): Float64Array {
  const { values, width, batch, batchCount, lambda } = problem;
  const clusters = membership.length / batch.length;
  const parts = Array.from({ length: batchCount }, (_, b) => partOf(problem, membership, clusters, b));
  const intercepts = interceptsOf(parts, width, lambda);
  const corrected = values.slice();
  for (const { spots, weights, sums, observed } of parts) {
    const terms = new Float64Array(sums.length);
    for (let k = 0; k < clusters; k++)
      for (let d = 0; d < width; d++) {
        const at = k * width + d;
        terms[d * clusters + k] = (sums[at] - observed[k] * intercepts[at]) / (observed[k] + lambda);
      }
    const corrections = dotProducts(weights, terms, clusters);
    spots.forEach((i, row) => {
      for (let d = 0; d < width; d++) corrected[i * width + d] -= corrections[row * width + d];
    });
  }
  return corrected;
}

/** The spots of one batch. */
interface BatchPart {
  /** [n] */
  readonly spots: readonly number[];
  /** Their memberships. [n, K] */
  readonly weights: Float64Array;
  /** S of this batch. [K, D] */
  readonly sums: Float64Array;
  /** O of this batch. [K] */
  readonly observed: Float64Array;
}

function partOf(problem: HarmonyProblem, membership: Float64Array, clusters: number, b: number): BatchPart {
  const { values, width, batch } = problem;
  const spots = [...batch.keys()].filter((i) => batch[i] === b);
  const weights = gatherRows(membership, clusters, spots);
  const observed = new Float64Array(clusters);
  weights.forEach((r, at) => (observed[at % clusters] += r));
  return { spots, weights, observed, sums: weightedSums(weights, gatherRows(values, width, spots), width) };
}

function gatherRows(values: Float64Array, width: number, rows: readonly number[]): Float64Array {
  const gathered = new Float64Array(rows.length * width);
  rows.forEach((row, at) => gathered.set(values.subarray(row * width, (row + 1) * width), at * width));
  return gathered;
}

/** w0 of each cluster. [K, D] */
function interceptsOf(parts: readonly BatchPart[], width: number, lambda: number): Float64Array {
  const intercepts = new Float64Array(parts[0].sums.length);
  for (let at = 0; at < intercepts.length; at++) {
    const k = Math.floor(at / width);
    let [above, below] = [0, 0];
    for (const { sums, observed } of parts) {
      above += sums[at] / (observed[k] + lambda);
      below += observed[k] / (observed[k] + lambda);
    }
    intercepts[at] = above / below;
  }
  return intercepts;
}
