import { dotProducts, normaliseRows, weightedSums } from './dense-products.ts';

/** What Harmony corrects, and how; see `HarmonyOptions` for the meaning of the numbers. */
export interface HarmonyProblem {
  /** [N, D] */
  readonly values: Float64Array;
  readonly width: number;
  /** Batch of each spot, 0 .. batchCount - 1. [N] */
  readonly batch: Uint32Array;
  readonly batchCount: number;
  readonly theta: number;
  readonly sigma: number;
  readonly lambda: number;
  readonly blockShare: number;
}

/**
 * Soft clusters of spots that prefer a mixture of batches (Korsunsky et al. 2019, methods, "maximum diversity clustering").
 * With unit rows z_i and unit centres y_k, d(i, k) = 2 (1 - z_i . y_k), observed O(k, b) = sum of r(i, k) over the spots of batch b
 * and expected E(k, b) = share of b * sum_i r(i, k), the objective that rounds lower is
 *
 *   sum r d + sigma sum r ln r + sigma theta sum r(i, k) ln((O(k, b_i) + 1) / (E(k, b_i) + 1)).
 */
export class SoftClusters {
  /** Membership r of each spot in each cluster; rows sum to 1. [N, K] */
  readonly membership: Float64Array;
  readonly clusters: number;
  readonly #problem: HarmonyProblem;
  readonly #share: Float64Array;
  /** [K, batches] */
  readonly #observed: Float64Array;
  readonly #expected: Float64Array;
  /** [N, K] */
  #distance: Float64Array;

  /** Starts from unit rows [N, D] and centres [K, D] of any length; the diversity of batches does not count yet. */
  constructor(problem: HarmonyProblem, unitRows: Float64Array, centres: Float64Array) {
    const { batch, batchCount, width } = problem;
    this.#problem = problem;
    this.clusters = centres.length / width;
    this.#share = new Float64Array(batchCount);
    for (const b of batch) this.#share[b] += 1 / batch.length;
    this.#observed = new Float64Array(this.clusters * batchCount);
    this.#expected = new Float64Array(this.clusters * batchCount);
    this.#distance = distances(unitRows, normaliseRows(centres.slice(), width), width);
    this.membership = this.#affinity();
    for (let i = 0; i < batch.length; i++) {
      this.#scaleToOne(i);
      this.#count(i, 1);
    }
  }

  /** One round: centres from memberships, then memberships of blocks of spots in the order given. Returns the objective. */
  round(unitRows: Float64Array, order: ArrayLike<number>): number {
    const { width } = this.#problem;
    const centres = normaliseRows(weightedSums(this.membership, unitRows, width), width);
    this.#distance = distances(unitRows, centres, width);
    const affinity = this.#affinity();
    for (const block of blocksOf(order, Math.ceil(1 / this.#problem.blockShare))) this.#update(block, affinity);
    return this.objective();
  }

  objective(): number {
    const { batch, batchCount, sigma, theta } = this.#problem;
    const diversity = this.#observed.map((o, kb) => theta * Math.log((o + 1) / (this.#expected[kb] + 1)));
    let sum = 0;
    for (let i = 0, at = 0; i < batch.length; i++)
      for (let k = 0; k < this.clusters; k++, at++) {
        const r = this.membership[at];
        // r ln r goes to 0 with r.
        if (r > 0) sum += r * (this.#distance[at] + sigma * (Math.log(r) + diversity[k * batchCount + batch[i]]));
      }
    return sum;
  }

  /** The spots of a block leave, are divided anew by what the others left observed and expected, and return. */
  #update(block: readonly number[], affinity: Float64Array): void {
    const { batch, batchCount, theta } = this.#problem;
    const k = this.clusters;
    for (const i of block) this.#count(i, -1);
    const wanted = this.#observed.map((o, kb) => ((this.#expected[kb] + 1) / (o + 1)) ** theta);
    for (const i of block) {
      for (let j = 0; j < k; j++) this.membership[i * k + j] = affinity[i * k + j] * wanted[j * batchCount + batch[i]];
      this.#scaleToOne(i);
    }
    for (const i of block) this.#count(i, 1);
  }

  /** exp(-d / sigma), relative to the nearest centre of each spot. [N, K] */
  #affinity(): Float64Array {
    const affinity = new Float64Array(this.#distance.length);
    for (let start = 0; start < affinity.length; start += this.clusters) {
      const near = this.#distance.subarray(start, start + this.clusters).reduce((a, b) => Math.min(a, b), Infinity);
      for (let at = start; at < start + this.clusters; at++)
        affinity[at] = Math.exp((near - this.#distance[at]) / this.#problem.sigma);
    }
    return affinity;
  }

  #scaleToOne(i: number): void {
    const row = this.membership.subarray(i * this.clusters, (i + 1) * this.clusters);
    const sum = row.reduce((a, b) => a + b, 0);
    for (let k = 0; k < row.length; k++) row[k] /= sum;
  }

  #count(i: number, sign: 1 | -1): void {
    const { batch, batchCount } = this.#problem;
    for (let k = 0; k < this.clusters; k++) {
      const r = sign * this.membership[i * this.clusters + k];
      this.#observed[k * batchCount + batch[i]] += r;
      for (let b = 0; b < batchCount; b++) this.#expected[k * batchCount + b] += r * this.#share[b];
    }
  }
}

/** d(i, k) = 2 (1 - z_i . y_k), the squared distance of unit vectors. [N, K] */
function distances(unitRows: Float64Array, unitCentres: Float64Array, width: number): Float64Array {
  return dotProducts(unitRows, unitCentres, width).map((dot) => 2 * (1 - dot));
}

/** Cuts a list into `count` pieces of equal size; the first ones take what is left over (numpy.array_split). */
export function blocksOf(order: ArrayLike<number>, count: number): number[][] {
  const [size, rest] = [Math.floor(order.length / count), order.length % count];
  const list = Array.from(order);
  const start = (block: number): number => block * size + Math.min(block, rest);
  return Array.from({ length: count }, (_, block) => list.slice(start(block), start(block + 1)));
}
