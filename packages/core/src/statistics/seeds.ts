import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { ScoreMatrix } from '../metrics/score-matrix.ts';
import { headlineMean } from './hierarchy.ts';

/**
 * Refuses matrices that do not describe the same sections, patients and genes: paired numbers need the same exam.
 * @throws SpotbenchError `bad-data`.
 */
export function checkSameAxes(matrices: readonly ScoreMatrix[], where: string): void {
  const axes = (m: ScoreMatrix): string => JSON.stringify([m.metric, m.policy, m.genes, m.sections]);
  const first = matrices.length === 0 ? '' : axes(matrices[0]);
  if (matrices.length === 0 || matrices.some((m) => axes(m) !== first)) {
    throw new SpotbenchError(
      'bad-data',
      `${where}: every run needs the same sections, patients, spots and genes; leave out runs with a failed fold, or run it again`,
    );
  }
}

/**
 * One matrix of the mean over seeds, gene by section. Seeds repeat the fit, not the patients: treating them as data would
 * shrink every interval, so they are averaged first and their spread is told apart (`seedSd`).
 */
export function meanOverSeeds(matrices: readonly ScoreMatrix[]): ScoreMatrix {
  checkSameAxes(matrices, 'seeds');
  if (matrices.length === 1) return matrices[0];
  const [first] = matrices;
  const values = new Float64Array(first.values.length);
  const counted = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let seeds = 0;
    for (const matrix of matrices) {
      values[i] += matrix.values[i];
      seeds += matrix.counted[i];
    }
    if (seeds > 0) values[i] /= seeds;
    counted[i] = seeds > 0 ? 1 : 0;
  }
  const nUndefined = { ...first.nUndefined };
  for (const reason of Object.keys(nUndefined) as (keyof typeof nUndefined)[])
    nUndefined[reason] = matrices.reduce((sum, matrix) => sum + matrix.nUndefined[reason], 0);
  return { ...first, values, counted, nUndefined };
}

/** Sample standard deviation (n - 1) of the headline over seeds; null with fewer than two. */
export function seedSd(matrices: readonly ScoreMatrix[]): number | null {
  const headlines = matrices.map(headlineMean);
  const mean = headlines.reduce((sum, value) => sum + value, 0) / headlines.length;
  const squares = headlines.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (headlines.length - 1));
  return Number.isFinite(sd) ? sd : null;
}
