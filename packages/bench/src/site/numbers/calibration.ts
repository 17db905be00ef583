/** Measured and predicted expression of one gene in one section, spot by spot. */
export interface GenePair {
  readonly gene: string;
  readonly measured: Float32Array;
  readonly predicted: Float32Array;
}

/** How far predicted levels are the measured ones. */
export interface Calibration {
  /** Mean over spots, then over sections, of each gene. */
  readonly genes: readonly { readonly gene: string; readonly measured: number; readonly predicted: number }[];
  /**
   * Spots of each gene and section in ten groups by predicted value: mean predicted and mean measured value of a group, less the
   * gene's measured mean in that section, averaged over genes and sections. On the diagonal when predictions are right.
   */
  readonly deciles: readonly { readonly decile: number; readonly measured: number; readonly predicted: number }[];
}

const GROUPS = 10;

/** Means by gene and by tenth of the prediction. Genes predicted constant have no tenths and count in `genes` only. */
export function calibrate(pairs: readonly GenePair[]): Calibration {
  const genes = new Map<string, { measured: number; predicted: number; n: number }>();
  const groups = Array.from({ length: GROUPS }, () => ({ measured: 0, predicted: 0 }));
  let grouped = 0;
  for (const { gene, measured, predicted } of pairs) {
    const mean = { measured: meanOf(measured), predicted: meanOf(predicted) };
    const sum = genes.get(gene) ?? { measured: 0, predicted: 0, n: 0 };
    genes.set(gene, {
      measured: sum.measured + mean.measured,
      predicted: sum.predicted + mean.predicted,
      n: sum.n + 1,
    });
    if (measured.length < GROUPS || isConstant(predicted)) continue;
    grouped++;
    for (const [d, group] of tenths(predicted).entries()) {
      groups[d].predicted += meanAt(predicted, group) - mean.measured;
      groups[d].measured += meanAt(measured, group) - mean.measured;
    }
  }
  return {
    genes: [...genes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([gene, { measured, predicted, n }]) => ({ gene, measured: measured / n, predicted: predicted / n })),
    deciles:
      grouped === 0
        ? []
        : groups.map((group, d) => ({
            decile: d + 1,
            measured: group.measured / grouped,
            predicted: group.predicted / grouped,
          })),
  };
}

/** Indices of the values in ten groups of (nearly) equal size, lowest first; equal values in their order. */
function tenths(values: Float32Array): Uint32Array[] {
  const order = orderOf(values);
  const edge = (d: number): number => Math.round((d * order.length) / GROUPS);
  return Array.from({ length: GROUPS }, (_, d) => order.subarray(edge(d), edge(d + 1)));
}

/** More spots than a section has; with it a float32's 32 bits and an index fit into the 53 bits of a whole number. */
const MOST_SPOTS = 2 ** 21;

/**
 * Indices by value, equal values in their order. The bits of floats, read as whole numbers, are in the order of the floats: sorted
 * with the index behind them they need no comparing function, which took a tenth of the time of a web report.
 */
function orderOf(values: Float32Array): Uint32Array {
  const bits = new Int32Array(values.slice().buffer);
  const keys = new Float64Array(values.length);
  for (let i = 0; i < keys.length; i++) {
    // Below 0 they count backwards, -0 being 0.
    const place = bits[i] < 0 ? -(bits[i] & 0x7fffffff) : bits[i];
    keys[i] = place * MOST_SPOTS + i;
  }
  keys.sort();
  const order = new Uint32Array(values.length);
  for (let i = 0; i < keys.length; i++) order[i] = keys[i] - Math.floor(keys[i] / MOST_SPOTS) * MOST_SPOTS;
  return order;
}

function meanAt(values: ArrayLike<number>, places: Uint32Array): number {
  let sum = 0;
  for (const i of places) sum += values[i];
  return sum / places.length;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
