import type { SimilarityBlock } from './similarity-block.ts';

/** Rounded scores of a block of queries and keys. */
export type ScoredBlock = Pick<SimilarityBlock, 'scores' | 'largest' | 'sizes' | 'run'>;

/** The exact score of a key for the query at hand; the larger, the nearer. */
export type ExactScore = (key: number) => number;

/**
 * The k nearest keys of one query, found from rounded scores that are at most `margin` off and from exact ones where
 * rounding leaves it open. Memory is k + max(2k, 128) keys, however many are offered.
 *
 * Why it is exact: let v be the k-th largest rounded score among the candidates. A candidate above v + 2 margin is nearer
 * than every one at or below v, so it is among the k; one below v - 2 margin is farther than k others. Only those between
 * are scored exactly. With T the k-th best exact score, no later key with a rounded score below T - margin can matter.
 */
export class BestKeys {
  readonly #k: number;
  readonly #margin: number;
  readonly #exact: ExactScore;
  readonly #keys: Uint32Array;
  readonly #rounded: Float32Array;
  #count = 0;
  #threshold = -Infinity;

  constructor(k: number, margin: number, exact: ExactScore) {
    this.#k = k;
    this.#margin = margin;
    this.#exact = exact;
    this.#keys = new Uint32Array(k + Math.max(2 * k, 128));
    this.#rounded = new Float32Array(this.#keys.length);
  }

  /**
   * Offers `count` keys from `firstKey` on, with the rounded scores in row `row` of a block. Runs of keys whose largest score
   * is too small, nearly all of them once k good keys are known, are passed over unread.
   */
  offer(block: ScoredBlock, row: number, firstKey: number, count: number): void {
    const { scores, largest, sizes, run } = block;
    const begin = row * sizes.keys;
    if (this.#threshold === -Infinity) this.#threshold = this.#boundFrom(block, row, count);
    let threshold = this.#threshold;
    for (let at = 0, chunk = begin / run; at < count; at += run, chunk++) {
      if (largest[chunk] < threshold) continue;
      const end = Math.min(at + run, count);
      for (let i = at; i < end; i++) {
        const rounded = scores[begin + i];
        if (rounded < threshold) continue;
        this.#put(this.#count++, firstKey + i, rounded);
        if (this.#count < this.#keys.length) continue;
        this.#reduce();
        threshold = this.#threshold;
      }
    }
    // The first bound is low: a better one spares the next block many candidates.
    if (firstKey === 0 && this.#count > this.#k) this.#reduce();
  }

  /**
   * A threshold before any candidate is known. With v the k-th largest of the maxima of whole runs, k keys have a rounded score of
   * at least v, so the k-th best exact score is at least v - margin and no key with a rounded one below v - 2 margin can matter.
   */
  #boundFrom({ largest, sizes, run }: ScoredBlock, row: number, count: number): number {
    const first = (row * sizes.keys) / run;
    const maxima = largest.slice(first, first + Math.floor(count / run));
    return maxima.length < this.#k ? -Infinity : kthLargest(maxima, this.#k) - 2 * this.#margin;
  }

  /** The k nearest keys offered, in order of key; of equally near ones the lowest. */
  nearest(): Uint32Array {
    if (this.#count > this.#k) this.#reduce();
    return this.#keys.slice(0, this.#count).sort();
  }

  /** Keeps the k nearest candidates and sets the threshold for the next. */
  #reduce(): void {
    const pivot = kthLargest(this.#rounded.slice(0, this.#count), this.#k);
    const low = pivot - 2 * this.#margin;
    const high = pivot + 2 * this.#margin;
    const open: { key: number; rounded: number; exact: number }[] = [];
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const key = this.#keys[i];
      const rounded = this.#rounded[i];
      if (rounded < low) continue;
      if (rounded <= high) open.push({ key, rounded, exact: this.#exact(key) });
      else this.#put(kept++, key, rounded);
    }
    open.sort((a, b) => b.exact - a.exact || a.key - b.key);
    const chosen = open.slice(0, this.#k - kept);
    for (const { key, rounded } of chosen) this.#put(kept++, key, rounded);
    this.#count = kept;
    this.#threshold = chosen.at(-1)!.exact - this.#margin;
  }

  #put(at: number, key: number, rounded: number): void {
    this.#keys[at] = key;
    this.#rounded[at] = rounded;
  }
}

/** The k-th largest value, k from 1; reorders `values`. Hoare's quickselect, O(n) on average. */
export function kthLargest(values: Float32Array, k: number): number {
  const target = k - 1;
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i > j) break;
      const moved = values[i];
      values[i] = values[j];
      values[j] = moved;
      i++;
      j--;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else return values[target];
  }
  return values[target];
}
