/** One line of a comparison with golden numbers. */
export interface GoldenRow {
  /** What was compared, e.g. `image_embeddings`, `gradient_l2 max`. */
  readonly value: string;
  /** Our relative error; null where nothing could be compared. */
  readonly error: number | null;
  /** PyTorch's own float32 error; null where the file gives none. */
  readonly peer: number | null;
  /** Largest error let through. */
  readonly limit: number;
  readonly status: 'ok' | 'off' | 'not compared';
  /** Where the error is largest, or why nothing was compared. */
  readonly at?: string;
}

/** No smaller error is asked of float32. */
const FLOOR = 1e-5;
const TIMES_PEER = 10;

/** A compared value: within ten times PyTorch's own float32 error, or 1e-5 where that is more. NaN is never within. */
export function comparedRow(value: string, error: number, peer: number | null, at?: string): GoldenRow {
  return { ...limitedRow(value, error, peer ?? 0, at), peer };
}

/** As `comparedRow` where PyTorch's error is not in the file but follows from what is. */
export function limitedRow(value: string, error: number, derived: number, at?: string): GoldenRow {
  const limit = Math.max(FLOOR, TIMES_PEER * derived);
  return { value, error, peer: null, limit, status: error <= limit ? 'ok' : 'off', at };
}

/** The row that is nearest to its limit, or farthest beyond (NaN farthest of all); none of none. */
export function worstRow(rows: readonly GoldenRow[]): GoldenRow[] {
  const strain = ({ error, limit }: GoldenRow): number => error! / limit;
  const worse = (a: GoldenRow, b: GoldenRow) => (Number.isNaN(strain(a)) || strain(b) <= strain(a) ? a : b);
  return rows.length === 0 ? [] : [rows.reduce(worse)];
}

/** A value that could not be compared, which fails the comparison. */
export function missingRow(value: string, why: string): GoldenRow {
  return { value, error: null, peer: null, limit: FLOOR, status: 'not compared', at: why };
}
