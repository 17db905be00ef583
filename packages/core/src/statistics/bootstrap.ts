import type { ScoreMatrix } from '../metrics/score-matrix.ts';
import { createRandom, type Random } from '../random/random.ts';
import { patientTree, type PatientSections } from './hierarchy.ts';
import { checkSameAxes } from './seeds.ts';

/** What is resampled, highest level first. A level with a single unit is left as it is. */
export type BootstrapLevel = 'patient' | 'section' | 'gene';

export interface BootstrapOptions {
  readonly seed: number;
  /** Number of resamples B; 1,000 by default (protocol). */
  readonly draws?: number;
}

const DEFAULT_DRAWS = 1000;

/** Draws of the headline of M runs over the same resamples. */
export interface BootstrapDraws {
  /** One row per run; NaN where a resample holds no counted gene. [M][B] */
  readonly draws: readonly Float64Array[];
  readonly levels: readonly BootstrapLevel[];
  /** Number of units at the highest resampled level: what an interval rests on. */
  readonly units: number;
}

/**
 * Hierarchical bootstrap of the headline: patients with replacement, within each drawn patient its sections with
 * replacement, and the genes with replacement. Genes are crossed with sections, not nested in them: the same genes are asked
 * in every section, so one resample of genes serves all sections of a draw (nesting would average gene luck away).
 * Every run sees the same resamples, so the difference of two runs' draws is the paired bootstrap of their difference.
 * Sections in which no run has a counted gene are no units. Draw b depends on (seed, b) alone. Memory: M x B results and
 * one vector of G weights.
 * @throws SpotbenchError `bad-data` when the runs do not share sections and genes.
 */
export function bootstrapHeadlines(
  runs: readonly ScoreMatrix[],
  { seed, draws = DEFAULT_DRAWS }: BootstrapOptions,
): BootstrapDraws {
  checkSameAxes(runs, 'bootstrap');
  const tree = countedTree(runs);
  const weights = new Float64Array(runs[0].genes.length);
  const words = new Uint32Array(weights.length);
  const out = runs.map(() => new Float64Array(draws));
  const means = runs.map((run) => new SectionMeans(run));
  for (let b = 0; b < draws; b++) {
    const random = createRandom(seed, 'bootstrap', b);
    const resample = resamplePatients(tree, random);
    resampleGenes(weights, words, random);
    for (const [m, mean] of means.entries()) {
      mean.reset(weights);
      out[m][b] = meanOfResample(resample, mean);
    }
  }
  return { draws: out, ...levelsOf(tree, weights.length) };
}

/** The patients and sections that any run has a counted gene in. */
function countedTree(runs: readonly ScoreMatrix[]): PatientSections[] {
  const width = runs[0].genes.length;
  const isCounted = (s: number): boolean =>
    runs.some(({ counted }) => counted.subarray(s * width, (s + 1) * width).includes(1));
  return patientTree(runs[0])
    .map(({ patient, sections }) => ({ patient, sections: sections.filter(isCounted) }))
    .filter(({ sections }) => sections.length > 0);
}

/** The levels with more than one unit, and the number of units at the highest. */
function levelsOf(tree: readonly PatientSections[], geneCount: number): Pick<BootstrapDraws, 'levels' | 'units'> {
  const mostSections = Math.max(0, ...tree.map(({ sections }) => sections.length));
  const units: [BootstrapLevel, number][] = [
    ['patient', tree.length],
    ['section', mostSections],
    ['gene', geneCount],
  ];
  const resampled = units.filter(([, count]) => count > 1);
  return { levels: resampled.map(([level]) => level), units: resampled[0]?.[1] ?? 1 };
}

/** P patients drawn with replacement; of each, as many sections as it has, drawn with replacement. */
function resamplePatients(tree: readonly PatientSections[], random: Random): number[][] {
  return tree.map(() => {
    const { sections } = tree[random.integer(tree.length)];
    return sections.map(() => sections[random.integer(sections.length)]);
  });
}

/**
 * How often each of G genes is drawn in G draws. A 32-bit word picks the gene: its bias, G / 2^32, is below 1e-5. Words are drawn
 * into `words` [G] at once, which is several times faster than one by one and gives the same ones.
 */
function resampleGenes(weights: Float64Array, words: Uint32Array, random: Random): void {
  const count = weights.length;
  weights.fill(0);
  random.fillUint32(words);
  for (let g = 0; g < count; g++) weights[Math.floor((words[g] / 2 ** 32) * count)]++;
}

function meanOfResample(resample: readonly (readonly number[])[], means: SectionMeans): number {
  let patientSum = 0;
  let patients = 0;
  for (const sections of resample) {
    let sum = 0;
    let count = 0;
    for (const s of sections) {
      const mean = means.of(s);
      if (Number.isNaN(mean)) continue;
      sum += mean;
      count++;
    }
    if (count === 0) continue;
    patientSum += sum / count;
    patients++;
  }
  return patientSum / patients;
}

/** Gene-weighted means of a run's sections, computed for the sections a draw asks for. */
class SectionMeans {
  readonly #run: ScoreMatrix;
  /** 1 for counted genes, or null for a section in which all are: it needs no sum of weights. */
  readonly #masks: readonly (Float64Array | null)[];
  readonly #means: Float64Array;
  readonly #known: Uint8Array;
  #weights: Float64Array = new Float64Array(0);

  constructor(run: ScoreMatrix) {
    const width = run.genes.length;
    this.#run = run;
    this.#masks = run.sections.map((_, s) => {
      const counted = run.counted.subarray(s * width, (s + 1) * width);
      return counted.includes(0) ? Float64Array.from(counted) : null;
    });
    this.#means = new Float64Array(run.sections.length);
    this.#known = new Uint8Array(run.sections.length);
  }

  reset(weights: Float64Array): void {
    this.#weights = weights;
    this.#known.fill(0);
  }

  /** Sum of w v over counted genes / sum of w over them; NaN when none of them was drawn. */
  of(s: number): number {
    if (this.#known[s] === 0) {
      const width = this.#weights.length;
      const values = this.#run.values.subarray(s * width, (s + 1) * width);
      const mask = this.#masks[s];
      const total = mask === null ? width : dot(this.#weights, mask);
      this.#means[s] = dot(this.#weights, values) / total;
      this.#known[s] = 1;
    }
    return this.#means[s];
  }
}

/**
 * Four sums side by side, for one alone waits for each addition to finish before the next. Declared one by one: taken from an
 * array literal they start as integers, and V8 then runs the loop at half the speed.
 */
function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < a.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + s2 + s3;
}
