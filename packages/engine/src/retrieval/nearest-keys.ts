import { BestKeys } from './best-keys.ts';
import { dotProduct, normaliseInto, type Rows } from './embeddings.ts';
import { openSimilarityBlock, RUN, type SimilarityBlock } from './similarity-block.ts';

/** Queries and keys of equal width, and what to divide their rows by (`rowLengths`). */
export interface Search {
  readonly queries: Rows;
  readonly queryLengths: Float64Array;
  readonly keys: Rows;
  readonly keyLengths: Float64Array;
  /** Neighbours a query. */
  readonly count: number;
  /** CPU threads; ONNX Runtime's default is one per physical core. */
  readonly threads?: number;
}

/** Told the `count` nearest keys of each query, in order of key. */
export type OnNearest = (query: number, neighbours: Uint32Array) => void;

/** Sizes of the work at hand; they change memory and speed, never a result. */
export interface Blocking {
  /** Queries that go through all keys together. */
  readonly group: number;
  /** Queries and keys of one matrix product. */
  readonly queries: number;
  readonly keys: number;
}

/** One product's scores are 8 MB: what the scan reads is still in the cache that the product wrote it to. */
const BLOCKING: Blocking = { group: 4096, queries: 512, keys: 4096 };

/**
 * The `count` keys of largest cosine to each query, of equal ones the lowest: exact, as if every cosine were computed in
 * float64. Blocks of cosines come from a float32 matrix product and are held against each query's k-th best so far
 * (`BestKeys`). Memory beyond the arrays given: 4 (512 D + 4096 D + 512 * 4352) + 8 * 4096 (k + max(2k, 128)) bytes,
 * whatever the numbers of queries and keys: 33 MB for D = 256, k = 200. With what Node.js and ONNX Runtime
 * keep beside it, the process grew by 112 to 135 MB for 20,000 queries and 100,000 keys.
 */
export async function nearestKeys(search: Search, onNearest: OnNearest, blocking = BLOCKING): Promise<void> {
  if (search.queryLengths.length === 0) return;
  const sizes = {
    queries: Math.min(blocking.queries, search.queryLengths.length),
    keys: RUN * Math.ceil(Math.min(blocking.keys, search.keyLengths.length) / RUN),
    width: search.keys.width,
  };
  const block = await openSimilarityBlock(sizes, search.threads);
  try {
    for (const [begin, end] of ranges(search.queryLengths.length, blocking.group)) {
      const best = await searchGroup(search, block, begin, end);
      best.forEach((keys, i) => onNearest(begin + i, keys.nearest()));
    }
  } finally {
    await block.dispose();
  }
}

/** Queries `begin` to `end` through all keys. */
async function searchGroup(search: Search, block: SimilarityBlock, begin: number, end: number): Promise<BestKeys[]> {
  const { sizes } = block;
  const margin = roundingOf(sizes.width);
  const best = Array.from({ length: end - begin }, (_, i) => {
    return new BestKeys(search.count, margin, exactScore(search, begin + i));
  });
  for (const [firstKey, lastKey] of ranges(search.keyLengths.length, sizes.keys)) {
    normaliseInto(block.keys, search.keys, search.keyLengths, firstKey, lastKey);
    for (const [from, to] of ranges(end - begin, sizes.queries)) {
      normaliseInto(block.queries, search.queries, search.queryLengths, begin + from, begin + to);
      await block.compute();
      for (let i = from; i < to; i++) best[i].offer(block, i - from, firstKey, lastKey - firstKey);
    }
  }
  return best;
}

/** The query's cosine to a key, in float64. */
function exactScore({ queries, queryLengths, keys, keyLengths }: Search, query: number): (key: number) => number {
  return (key) => dotProduct(queries, query, keys, key) / keyLengths[key] / queryLengths[query];
}

/**
 * How far a cosine in float32 can be off, whatever the order of summation: D + 2 roundings of at most 2^-24, relative to
 * sum_d |q_d k_d| <= 1; two more for the second-order terms. Source: Higham, Accuracy and Stability, section 3.1.
 */
function roundingOf(width: number): number {
  return (width + 4) * 2 ** -24;
}

/** [0, size), [size, 2 size), ... up to `length`. */
function ranges(length: number, size: number): [number, number][] {
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => [i * size, Math.min((i + 1) * size, length)]);
}
