import { createRandom, type PatchReader, type Random, type TrainingSlide } from '@spotbench/core';

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
  { spots: N, features, genes, noise }: PlantedOptions,
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
    patches: noPatches,
    expression: {
      genes: Array.from({ length: genes }, (_, g) => `GENE${g}`),
      values: expression,
      librarySize: new Float32Array(N).fill(10_000),
    },
  };
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
