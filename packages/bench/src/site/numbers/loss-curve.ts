import { parse } from 'csv-parse/sync';

/** Loss of one training run by epoch. */
export interface LossPoint {
  readonly epoch: number;
  readonly loss: number;
}

/** Points of a curve that are drawn: the first and the last are always among them. */
const MOST_POINTS = 40;

/** Reads `epoch` and `loss` of curve.csv; of long curves, equally spaced epochs. */
export function lossCurve(csv: string): LossPoint[] {
  const rows = parse<Record<string, string>>(csv, { columns: true });
  const points = rows
    .map(({ epoch, loss }) => ({ epoch: Number(epoch), loss: Number(loss) }))
    .filter(({ epoch, loss }) => Number.isFinite(epoch) && Number.isFinite(loss));
  return thinned(points, MOST_POINTS);
}

/** At most `most` of the items, equally spaced, the first and the last among them. */
export function thinned<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, k) => items[Math.round((k * (items.length - 1)) / (most - 1))]);
}
