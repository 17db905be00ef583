/** How often label and cluster meet, and how often each occurs. */
interface Contingency {
  readonly n: number;
  readonly both: readonly number[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Row and column of each entry of `both`. */
  readonly at: readonly (readonly [number, number])[];
}

function contingency(a: readonly unknown[], b: readonly unknown[]): Contingency {
  const rowOf = indexOf(a);
  const columnOf = indexOf(b);
  const both = new Map<number, number>();
  const rows = new Array<number>(rowOf.size).fill(0);
  const columns = new Array<number>(columnOf.size).fill(0);
  for (const [i, label] of a.entries()) {
    const [row, column] = [rowOf.get(label)!, columnOf.get(b[i])!];
    rows[row]++;
    columns[column]++;
    const key = row * columns.length + column;
    both.set(key, (both.get(key) ?? 0) + 1);
  }
  const at = [...both.keys()].map((key) => [Math.floor(key / columns.length), key % columns.length] as const);
  return { n: a.length, both: [...both.values()], rows, columns, at };
}

function indexOf(labels: readonly unknown[]): Map<unknown, number> {
  return new Map([...new Set(labels)].map((label, i) => [label, i]));
}

/** Agreement of two partitions of the same items beyond chance; 1 where they are the same, 0 where at random. Both [n]. */
export function adjustedRandIndex(a: readonly unknown[], b: readonly unknown[]): number {
  const { n, both, rows, columns } = contingency(a, b);
  const [together, inA, inB] = [both, rows, columns].map((counts) => counts.reduce((sum, c) => sum + pairs(c), 0));
  const expected = (inA * inB) / pairs(n);
  const most = (inA + inB) / 2;
  // both partitions in one piece, or both in single items: the same
  return most === expected ? 1 : (together - expected) / (most - expected);
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}

/** 2 I(a; b) / (H(a) + H(b)) of two partitions of the same items; 1 where both are in one piece. Both [n]. */
export function normalisedMutualInformation(a: readonly unknown[], b: readonly unknown[]): number {
  const { n, both, rows, columns, at } = contingency(a, b);
  const entropies = entropy(rows, n) + entropy(columns, n);
  if (entropies === 0) return 1;
  const information = both.reduce((sum, count, k) => {
    const [row, column] = at[k];
    return sum + (count / n) * Math.log((count * n) / (rows[row] * columns[column]));
  }, 0);
  return Math.max(0, Math.min(1, (2 * information) / entropies));
}

function entropy(counts: readonly number[], n: number): number {
  return -counts.reduce((sum, count) => sum + (count / n) * Math.log(count / n), 0);
}
