import { SpotbenchError } from '../errors/spotbench-error.ts';
import { createRandom, type Random } from '../random/random.ts';
import { normaliseRows } from './dense-products.ts';
import { kMeans } from './k-means.ts';
import { ridgeCorrected } from './ridge-correction.ts';
import { type HarmonyProblem, SoftClusters } from './soft-clusters.ts';

/** Every default is that of harmonypy 0.0.10. */
export interface HarmonyOptions {
  /** Decides where clusters start and in which order spots are updated. */
  readonly seed: number;
  /** Clusters K; by default N / 30 rounded (halves to even), at most 100. */
  readonly clusters?: number;
  /** Weight of the diversity of batches; 1. */
  readonly theta?: number;
  /** Width of the soft clusters, in squared distances of unit vectors; 0.1. */
  readonly sigma?: number;
  /** Ridge penalty of the batch terms; 1. */
  readonly lambda?: number;
  /** Part of the spots that is updated at a time; 0.05. */
  readonly blockShare?: number;
  /** At most so many corrections; 10. */
  readonly maxCorrections?: number;
  /** At most so many rounds of clustering before each correction; 20. */
  readonly maxRounds?: number;
  /** Clustering has settled when the objective changes by less than this part of itself; 1e-5. */
  readonly roundTolerance?: number;
  /** The correction has settled when the objective falls by less than this part of itself; 1e-4. */
  readonly correctionTolerance?: number;
}

/** Where Harmony starts, and its choices on the way: what harmonypy leaves to scikit-learn and NumPy. */
export interface HarmonyStart {
  /** First centres, of any length. [K, D] */
  readonly centres: Float64Array;
  /** Order in which round `round` (counted over all corrections, from 0) updates the spots. [N] */
  readonly order: (round: number) => ArrayLike<number>;
}

export interface HarmonyResult {
  /** [N, D] */
  readonly values: Float64Array;
  /** False when it stopped at `maxCorrections`. */
  readonly converged: boolean;
  /** Rounds of clustering before each correction. */
  readonly rounds: readonly number[];
  /** The objective at the start and before each correction. */
  readonly objective: readonly number[];
}

const DEFAULTS = {
  theta: 1,
  sigma: 0.1,
  lambda: 1,
  blockShare: 0.05,
  maxCorrections: 10,
  maxRounds: 20,
  roundTolerance: 1e-5,
  correctionTolerance: 1e-4,
};
/** The clustering is watched over this many rounds. */
const WINDOW = 3;
/** scikit-learn's k-means as harmonypy calls it. */
const STARTS = 10;
const ITERATIONS = 25;

/**
 * Harmony (Korsunsky et al., Nature Methods 2019): moves the rows of `values` [N, D] so that soft clusters of them hold every
 * batch in its share of the whole. In turns: clusters on unit rows that pay for uneven batches (`SoftClusters`), then a ridge
 * regression on batch within each cluster, whose batch terms are taken off the *original* rows (`ridgeCorrected`), until the
 * objective settles. Equal to harmonypy 0.0.10 with one batch variable and tau 0, given the same first centres and orders;
 * those come from `seed` here (k-means of ten starts), from scikit-learn and NumPy there.
 *
 * A pass takes N D K multiplications: k-means up to 250 passes, each correction 2 and each of its rounds 2. Four sections of the
 * liver set [9,269, 3,467] with 100 clusters take 3.2 billion a pass; at the measured billion a second, 20 minutes by estimate.
 *
 * It needs all batches at once: on sections, the test section too. Use it through `harmonyTransform`, which says so.
 * `width` is D, `batches` names the batch of each row. [N]
 * @throws SpotbenchError `bad-config` for an option out of range or fewer than two batches, `bad-data` for a value that is
 * not finite or a row whose greatest value is 0 (harmonypy divides by it).
 */
export function harmony(
  values: ArrayLike<number>,
  width: number,
  batches: readonly string[],
  options: HarmonyOptions,
): HarmonyResult {
  const problem = makeProblem(values, width, batches, options);
  const random = createRandom(options.seed, 'harmony');
  const clusters = checkedClusters(options.clusters ?? defaultClusters(batches.length), batches.length);
  const kMeansOptions = { clusters, starts: STARTS, iterations: ITERATIONS };
  const centres = kMeans(firstDirections(problem), width, kMeansOptions, random.fork('k-means'));
  return correct(problem, { centres, order: seededOrder(random, batches.length) }, options);
}

/** As `harmony`, from a given start; the seed is not used. */
export function harmonyFrom(
  values: ArrayLike<number>,
  width: number,
  batches: readonly string[],
  start: HarmonyStart,
  options: Omit<HarmonyOptions, 'seed' | 'clusters'>,
): HarmonyResult {
  return correct(makeProblem(values, width, batches, options), start, options);
}

function seededOrder(random: Random, n: number): (round: number) => Uint32Array {
  return (round) => random.fork('order', round).permutation(n);
}

function correct(
  problem: HarmonyProblem,
  start: HarmonyStart,
  options: Omit<HarmonyOptions, 'seed' | 'clusters'>,
): HarmonyResult {
  const settings = { ...DEFAULTS, ...definedOf(options) };
  const first = firstDirections(problem);
  const clusters = new SoftClusters(problem, first, start.centres);
  const history = [clusters.objective()];
  const objective = [history[0]];
  const rounds: number[] = [];
  let [directions, values, converged] = [first, problem.values, false];
  while (!converged && rounds.length < settings.maxCorrections) {
    const before = history.length;
    while (history.length - before < settings.maxRounds) {
      history.push(clusters.round(directions, start.order(history.length - 1)));
      if (history.length - before > WINDOW + 1 && hasSettled(history, settings.roundTolerance)) break;
    }
    rounds.push(history.length - before);
    values = ridgeCorrected(problem, clusters.membership);
    directions = normaliseRows(values.slice(), problem.width);
    const [old, now] = [objective.at(-1)!, history.at(-1)!];
    objective.push(now);
    converged = (old - now) / Math.abs(old) < settings.correctionTolerance;
  }
  return { values, converged, rounds, objective };
}

/** Whether the sum of the last objectives is about that of those one round earlier. */
function hasSettled(history: readonly number[], tolerance: number): boolean {
  const sum = (from: number): number =>
    history
      .slice(from)
      .slice(0, WINDOW)
      .reduce((a, b) => a + b, 0);
  const [old, now] = [sum(history.length - WINDOW - 1), sum(history.length - WINDOW)];
  return Math.abs(old - now) / Math.abs(old) < tolerance;
}

/** Rows over their greatest value, then of length 1: harmonypy's first step, which turns rows without a positive value round. */
function firstDirections({ values, width }: HarmonyProblem): Float64Array {
  const rows = values.slice();
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const greatest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    if (greatest === 0)
      throw new SpotbenchError(
        'bad-data',
        `harmony: the greatest value of row ${start / width} is 0, so it has no direction; leave spots without expression out`,
      );
    for (let d = 0; d < width; d++) row[d] /= greatest;
  }
  return normaliseRows(rows, width);
}

function makeProblem(
  given: ArrayLike<number>,
  width: number,
  batches: readonly string[],
  options: Omit<HarmonyOptions, 'seed' | 'clusters'>,
): HarmonyProblem {
  const { theta, sigma, lambda, blockShare } = checkedSettings(options);
  if (!(width >= 1) || given.length !== batches.length * width)
    throw new SpotbenchError(
      'bad-config',
      `harmony: needed ${batches.length} rows of ${width} values, found ${given.length} values`,
    );
  const names = [...new Set(batches)];
  if (names.length < 2)
    throw new SpotbenchError(
      'bad-config',
      `harmony: needed at least two batches to make alike, found ${names.length} (${names.join(', ')})`,
    );
  const values = Float64Array.from(given);
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new SpotbenchError(
      'bad-data',
      `harmony: row ${Math.floor(odd / width)}, column ${odd % width}: needed a finite number, found ${values[odd]}`,
    );
  const indexOf = new Map(names.map((name, b) => [name, b]));
  const batch = Uint32Array.from(batches, (name) => indexOf.get(name)!);
  return { values, width, batch, batchCount: names.length, theta, sigma, lambda, blockShare };
}

function checkedSettings(options: Omit<HarmonyOptions, 'seed' | 'clusters'>): typeof DEFAULTS {
  const settings = { ...DEFAULTS, ...definedOf(options) };
  const refuse = (name: keyof typeof DEFAULTS, needed: string): never => {
    throw new SpotbenchError('bad-config', `harmony: ${name} must be ${needed}, got ${settings[name]}`);
  };
  if (!(settings.theta >= 0)) refuse('theta', 'at least 0');
  for (const name of ['sigma', 'lambda'] as const) if (!(settings[name] > 0)) refuse(name, 'above 0');
  if (!(settings.blockShare > 0 && settings.blockShare <= 1)) refuse('blockShare', 'above 0 and at most 1');
  for (const name of ['maxCorrections', 'maxRounds'] as const)
    if (!(Number.isInteger(settings[name]) && settings[name] >= 1)) refuse(name, 'a whole number of at least 1');
  for (const name of ['roundTolerance', 'correctionTolerance'] as const)
    if (!(settings[name] >= 0)) refuse(name, 'at least 0');
  return settings;
}

function definedOf(options: object): Partial<typeof DEFAULTS> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** NumPy rounds halves to even. */
function defaultClusters(n: number): number {
  const rounded = Math.round(n / 30);
  const toEven = n % 30 === 15 && rounded % 2 === 1 ? rounded - 1 : rounded;
  return Math.min(toEven, 100);
}

function checkedClusters(clusters: number, n: number): number {
  if (!(Number.isInteger(clusters) && clusters >= 2 && clusters <= n))
    throw new SpotbenchError(
      'bad-config',
      `harmony: needed 2..${n} clusters (by default a thirtieth of the ${n} rows), got ${clusters}; set clusters`,
    );
  return clusters;
}
