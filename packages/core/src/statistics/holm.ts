/**
 * Holm's step-down adjusted p-values, in the order given: with p sorted rising, max over j <= i of min(1, (m - j + 1) p_j).
 * Comparing each with alpha keeps the chance of any false claim among the m below alpha, whatever their dependence.
 *
 * Source: Holm, Scandinavian Journal of Statistics 6 (1979), 65-70.
 */
export function holm(p: readonly number[]): number[] {
  const order = p.map((_, i) => i).sort((a, b) => p[a] - p[b]);
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  for (const [step, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (p.length - step) * p[i]));
    adjusted[i] = largest;
  }
  return adjusted;
}
