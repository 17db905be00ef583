/** Radix sort by 11 bits: three passes cover the 32 bits of a float, and three tables of 2,048 counters stay in cache. */
const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const DIGIT_MASK = BUCKETS - 1;

/** Scratch memory for ranking columns of up to n values; made once and used for every gene of a section. */
export interface RankScratch {
  readonly keys: Uint32Array;
  readonly keysOut: Uint32Array;
  readonly order: Uint32Array;
  readonly orderOut: Uint32Array;
  readonly counts: Uint32Array;
}

/** Memory for ranking columns of `n` values: 16 n bytes and the counters. */
export function rankScratch(n: number): RankScratch {
  return {
    keys: new Uint32Array(n),
    keysOut: new Uint32Array(n),
    order: new Uint32Array(n),
    orderOut: new Uint32Array(n),
    counts: new Uint32Array(3 * BUCKETS),
  };
}

/**
 * Centred doubled ranks d_i = 2 rank_i - (n + 1), ties averaged, written to `out`. Doubling makes averaged ranks whole
 * numbers, and the mean rank (n + 1) / 2 is known, so sums over them are exact in float64 up to n of about 300,000 and do
 * not depend on the order of spots. Both [n]; values must be finite. Returns sum d_i^2.
 */
export function centredDoubledRanks(values: Float32Array, out: Int32Array, scratch: RankScratch): number {
  const n = values.length;
  const bits = new Uint32Array(values.buffer, values.byteOffset, n);
  countDigits(bits, scratch);
  let { keys, keysOut, order, orderOut } = scratch;
  let sorted = false;
  for (let pass = 0; pass < 3; pass++) {
    if (!offsetsOf(scratch.counts, pass, n)) continue;
    if (sorted) scatter(keys, order, keysOut, orderOut, n, pass, scratch.counts);
    else scatterFirst(keys, keysOut, orderOut, n, pass, scratch.counts);
    [keys, keysOut, order, orderOut] = [keysOut, keys, orderOut, order];
    sorted = true;
  }
  if (!sorted) return (out.fill(0, 0, n), 0);
  return ranksOfSorted(keys, order, n, out);
}

/** Turns float bits into integers of the same order (-0 as +0), and counts the three digits of each. */
function countDigits(bits: Uint32Array, { keys, counts }: RankScratch): void {
  counts.fill(0);
  for (let i = 0; i < bits.length; i++) {
    const bit = bits[i] === 0x80000000 ? 0 : bits[i];
    // a negative float grows as its bits shrink: flip all; a positive one must sort above: flip the sign
    const key = (bit ^ ((bit >> 31) | 0x80000000)) >>> 0;
    keys[i] = key;
    counts[key & DIGIT_MASK]++;
    counts[BUCKETS + ((key >>> DIGIT_BITS) & DIGIT_MASK)]++;
    counts[2 * BUCKETS + (key >>> (2 * DIGIT_BITS))]++;
  }
}

/** Turns the counts of a digit into first positions. False when all keys share the digit, so the pass would move nothing. */
function offsetsOf(counts: Uint32Array, pass: number, n: number): boolean {
  let position = 0;
  for (let bucket = pass * BUCKETS; bucket < (pass + 1) * BUCKETS; bucket++) {
    const count = counts[bucket];
    if (count === n) return false;
    counts[bucket] = position;
    position += count;
  }
  return true;
}

/** The first pass: the order so far is 0..n-1 and need not be read. */
function scatterFirst(
  keys: Uint32Array,
  keysOut: Uint32Array,
  orderOut: Uint32Array,
  n: number,
  pass: number,
  counts: Uint32Array,
): void {
  const shift = pass * DIGIT_BITS;
  const base = pass * BUCKETS;
  for (let i = 0; i < n; i++) {
    const key = keys[i];
    const to = counts[base + ((key >>> shift) & DIGIT_MASK)]++;
    keysOut[to] = key;
    orderOut[to] = i;
  }
}

function scatter(
  keys: Uint32Array,
  order: Uint32Array,
  keysOut: Uint32Array,
  orderOut: Uint32Array,
  n: number,
  pass: number,
  counts: Uint32Array,
): void {
  const shift = pass * DIGIT_BITS;
  const base = pass * BUCKETS;
  for (let i = 0; i < n; i++) {
    const key = keys[i];
    const to = counts[base + ((key >>> shift) & DIGIT_MASK)]++;
    keysOut[to] = key;
    orderOut[to] = order[i];
  }
}

/** Walks runs of equal keys: a run at sorted positions a..b-1 shares the rank (a + b + 1) / 2. */
function ranksOfSorted(keys: Uint32Array, order: Uint32Array, n: number, out: Int32Array): number {
  let squares = 0;
  for (let start = 0; start < n;) {
    const key = keys[start];
    let end = start + 1;
    while (end < n && keys[end] === key) end++;
    const centred = start + end - n;
    squares += (end - start) * centred * centred;
    for (let k = start; k < end; k++) out[order[k]] = centred;
    start = end;
  }
  return squares;
}
