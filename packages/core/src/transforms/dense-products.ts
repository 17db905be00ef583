/**
 * Products of dense row-major matrices in float64, four rows at a time: an element of the second matrix, once loaded, serves
 * four spots. Sums over the N spots run in the order of the spots.
 */

/** dots(i, k) = sum_d rows(i, d) centres(k, d). rows [N, D], centres [K, D]; [N, K] */
export function dotProducts(rows: Float64Array, centres: Float64Array, width: number): Float64Array {
  const [n, k] = [rows.length / width, centres.length / width];
  const dots = new Float64Array(n * k);
  for (let i = 0; i < n; i += 4) {
    const [a, b, c, d] = fourRows(i, n, width);
    const last = Math.min(4, n - i);
    for (let j = 0; j < k; j++) {
      let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
      for (let e = 0, at = j * width; e < width; e++, at++) {
        const centre = centres[at];
        sumA += rows[a + e] * centre;
        sumB += rows[b + e] * centre;
        sumC += rows[c + e] * centre;
        sumD += rows[d + e] * centre;
      }
      const sums = [sumA, sumB, sumC, sumD];
      for (let r = 0; r < last; r++) dots[(i + r) * k + j] = sums[r];
    }
  }
  return dots;
}

/** sums(k, d) = sum_i weights(i, k) rows(i, d). weights [N, K], rows [N, D]; [K, D] */
export function weightedSums(weights: Float64Array, rows: Float64Array, width: number): Float64Array {
  const n = rows.length / width;
  const k = weights.length / n;
  const sums = new Float64Array(k * width);
  for (let i = 0; i < n; i += 4) {
    const [a, b, c, d] = fourRows(i, n, width);
    for (let j = 0; j < k; j++) {
      const weight = (r: number): number => (i + r < n ? weights[(i + r) * k + j] : 0);
      const [wA, wB, wC, wD] = [weight(0), weight(1), weight(2), weight(3)];
      for (let e = 0, at = j * width; e < width; e++, at++)
        sums[at] += wA * rows[a + e] + wB * rows[b + e] + wC * rows[c + e] + wD * rows[d + e];
    }
  }
  return sums;
}

/** Offsets of rows i to i + 3; beyond the last row that of the last one, whose products are then not used. */
function fourRows(i: number, n: number, width: number): [number, number, number, number] {
  const offset = (row: number): number => Math.min(row, n - 1) * width;
  return [offset(i), offset(i + 1), offset(i + 2), offset(i + 3)];
}

/** Divides each row by its Euclidean length, in place. [N, D] */
export function normaliseRows(rows: Float64Array, width: number): Float64Array {
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let e = 0; e < width; e++) row[e] /= length;
  }
  return rows;
}
