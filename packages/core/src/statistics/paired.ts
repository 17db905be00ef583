import { holm } from './holm.ts';
import { percentileInterval } from './interval.ts';
import { MIN_PATIENTS, wilcoxonP } from './wilcoxon.ts';

/** The difference of two methods on the same patients, sections and genes. */
export interface PairedDifference {
  readonly a: string;
  readonly b: string;
  /** Headline of a minus headline of b, in the metric's own sign. */
  readonly difference: number;
  /** Of this pair alone; from the draws of both methods over the same resamples. */
  readonly ci: readonly [number, number] | null;
  /** Exact two-sided Wilcoxon signed-rank p over patients. */
  readonly p: number;
  /** p corrected for all pairs of the table (Holm). */
  readonly pHolm: number;
  /** pHolm at most alpha, with at least 6 patients; never with fewer. */
  readonly significant: boolean;
}

/** One method of a comparison, as numbers: its headline, per patient and per draw. */
export interface ComparedMethod {
  readonly name: string;
  readonly value: number;
  /** [P] */
  readonly patients: readonly number[];
  /** [B] */
  readonly draws: Float64Array;
}

/** All pairs of methods, the first of each pair earlier in the list. Holm's correction is over all of them. */
export function pairedDifferences(
  methods: readonly ComparedMethod[],
  { units, level, alpha }: { units: number; level: number; alpha: number },
): PairedDifference[] {
  const pairs = methods.flatMap((a, i) => methods.slice(i + 1).map((b) => ({ a, b })));
  const perPatient = pairs.map(({ a, b }) => a.patients.map((value, k) => value - b.patients[k]));
  const p = perPatient.map(wilcoxonP);
  const corrected = holm(p);
  return pairs.map(({ a, b }, k) => ({
    a: a.name,
    b: b.name,
    difference: a.value - b.value,
    ci: percentileInterval(
      a.draws.map((value, d) => value - b.draws[d]),
      units,
      level,
    ),
    p: p[k],
    pHolm: corrected[k],
    significant: perPatient[k].length >= MIN_PATIENTS && corrected[k] <= alpha,
  }));
}
