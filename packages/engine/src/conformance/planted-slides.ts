import {
  createRandom,
  type FeatureView,
  type PatchReader,
  type Random,
  type TrainingSlide,
  type ViewFeatures,
} from '@spotbench/core';

/** Size of a made-up cohort. */
export interface PlantedOptions {
  readonly sections: number;
  /** Spots a section, on a square grid. */
  readonly spots: number;
  readonly features: number;
  readonly genes: number;
  /** Standard deviation of the noise on features and expression; the planted signal has about 1. */
  readonly noise: number;
  readonly seed: number;
  /** Further views and their tokens, e.g. `{ tiles: 9, slide: 6 }`; as wide as the features. */
  readonly views?: Readonly<Partial<Record<FeatureView, number>>>;
}

/** Hidden numbers that decide both features and expression. */
const LATENT = 4;

/**
 * Sections whose features and expression are both linear in the same few hidden numbers of each spot, plus noise: what can
 * be learnt from the features is there, and known.
 */
export function plantedSlides(options: PlantedOptions): TrainingSlide[] {
  const random = createRandom(options.seed, 'planted-slides');
  const toFeatures = normals(random, LATENT * options.features);
  const toGenes = normals(random, LATENT * options.genes);
  return Array.from({ length: options.sections }, (_, s) => plantedSlide(s, options, { toFeatures, toGenes, random }));
}

interface Plant {
  readonly toFeatures: Float64Array;
  readonly toGenes: Float64Array;
  readonly random: Random;
}

function plantedSlide(
  s: number,
  { spots: N, features, genes, noise, seed, views }: PlantedOptions,
  { toFeatures, toGenes, random }: Plant,
): TrainingSlide {
  const side = Math.ceil(Math.sqrt(N));
  const latent = normals(random, N * LATENT);
  const along = (step: number) =>
    Float32Array.from({ length: N }, (_, i) => 2 + (step === 1 ? i % side : Math.floor(i / side)));
  const values = project(latent, toFeatures, N, features, (x) => x + noise * random.normal());
  const expression = project(latent, toGenes, N, genes, (x) => Math.max(0, 2 + x + noise * random.normal()));
  return {
    id: `section-${s}`,
    patient: `patient-${s}`,
    spots: {
      ids: Array.from({ length: N }, (_, i) => `spot-${i}`),
      arrayX: along(1),
      arrayY: along(side),
      pixelX: along(1).map((x) => 100 * x),
      pixelY: along(side).map((y) => 100 * y),
    },
    features: { encoder: 'planted', names: Array.from({ length: features }, (_, d) => `feature-${d}`), values },
    ...(views && { views: plantedViews(views, { seed, section: s, latent, width: features, noise }) }),
    patches: noPatches,
    expression: {
      genes: Array.from({ length: genes }, (_, g) => `GENE${g}`),
      values: expression,
      librarySize: new Float32Array(N).fill(10_000),
    },
  };
}

interface PlantedSpots {
  readonly seed: number;
  readonly section: number;
  /** [N, LATENT] */
  readonly latent: Float64Array;
  readonly width: number;
  readonly noise: number;
}

/** Every token linear in the hidden numbers of its spot; those of the view `slide` in their mean over the section. */
function plantedViews(views: NonNullable<PlantedOptions['views']>, spots: PlantedSpots) {
  const { seed, section, latent, width, noise } = spots;
  const made = Object.entries(views as Readonly<Record<string, number>>).map(
    ([view, tokens]): [string, ViewFeatures] => {
      const toTokens = normals(createRandom(seed, 'planted-view', view), LATENT * tokens * width);
      const random = createRandom(seed, 'planted-view', view, section);
      const seen = view === 'slide' ? meanLatent(latent) : latent;
      const rows = seen.length / LATENT;
      const values = project(seen, toTokens, rows, tokens * width, (x) => x + noise * random.normal());
      return [view, { rows, tokens, width, values }];
    },
  );
  return Object.fromEntries(made);
}

/** Mean over the spots of a section. [1, LATENT] */
function meanLatent(latent: Float64Array): Float64Array {
  const mean = new Float64Array(LATENT);
  latent.forEach((value, i) => (mean[i % LATENT] += (value * LATENT) / latent.length));
  return mean;
}

const noPatches: PatchReader = { read: () => Promise.reject(new Error('planted slides have no image')) };

/** latent [N, LATENT] times matrix [LATENT, width], scaled to about unit variance. [N, width] */
function project(
  latent: Float64Array,
  matrix: Float64Array,
  N: number,
  width: number,
  finish: (x: number) => number,
): Float32Array {
  return Float32Array.from({ length: N * width }, (_, at) => {
    const [n, d] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let l = 0; l < LATENT; l++) sum += latent[n * LATENT + l] * matrix[l * width + d];
    return finish(sum / Math.sqrt(LATENT));
  });
}

function normals(random: Random, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => random.normal());
}
