import { createRandom } from '@spotbench/core';
import type { FitContext, Slide, TrainingData, TrainingSlide } from '@spotbench/core';

/** Genes of the toy data: two follow the features, one follows the position, one is noise. */
const TOY_GENES = ['LINEAR1', 'LINEAR2', 'PLACE', 'NOISE'];
const FEATURES = ['f0', 'f1', 'f2'];

export interface ToyOptions {
  spots?: number;
  seed?: number;
  withFeatures?: boolean;
}

/** A section on a square grid with three normal features; the same seed and id give the same section. */
export function toySlide(id: string, { spots = 64, seed = 1, withFeatures = true }: ToyOptions = {}): TrainingSlide {
  const random = createRandom(seed, 'toy', id);
  const side = Math.ceil(Math.sqrt(spots));
  const arrayX = Float32Array.from({ length: spots }, (_, i) => i % side);
  const arrayY = Float32Array.from({ length: spots }, (_, i) => Math.floor(i / side));
  const features = Float32Array.from({ length: spots * FEATURES.length }, () => random.normal());
  const values = new Float32Array(spots * TOY_GENES.length);
  for (let i = 0; i < spots; i++) {
    const [a, b, c] = features.subarray(i * 3, i * 3 + 3);
    const place = Math.sin(arrayX[i]) + Math.cos(arrayY[i]);
    values.set([5 + 2 * a - b, 1 + 0.5 * c, 3 + place, random.normal()], i * TOY_GENES.length);
  }
  const librarySize = Float32Array.from({ length: spots }, () => 1000 + random.integer(9000));
  return {
    id,
    patient: id.charAt(0),
    spots: {
      ids: Array.from({ length: spots }, (_, i) => `${arrayX[i]}x${arrayY[i]}`),
      arrayX,
      arrayY,
      pixelX: arrayX.map((x) => x * 100),
      pixelY: arrayY.map((y) => y * 100),
    },
    ...(withFeatures ? { features: { encoder: 'toy', names: FEATURES, values: features } } : {}),
    patches: { read: () => Promise.reject(new Error('the controls read no patches')) },
    expression: { genes: TOY_GENES, values, librarySize },
  };
}

/** Training sections A1, A2 and validation section B1 (or none). */
export function toyData(options: ToyOptions & { validation?: boolean } = {}): TrainingData {
  const { validation = true, ...rest } = options;
  return {
    genes: TOY_GENES,
    train: [toySlide('A1', rest), toySlide('A2', rest)],
    validation: validation ? [toySlide('B1', rest)] : [],
  };
}

/** The slide without its expression, as `predict` gets it. */
export function blind({ id, patient, spots, features, patches }: TrainingSlide): Slide {
  return { id, patient, spots, features, patches };
}

/** The context of a fit with this configuration. */
export function toyContext<Config>(config: Config, seed = 0): FitContext<Config> {
  return { config, regime: 'frozen', seed, random: createRandom(seed, 'fit'), engine: 'none', device: 'cpu' };
}

/** One gene's column of a row-major matrix over the toy genes. [N] */
export function column(values: Float32Array, gene: string): Float32Array {
  const at = TOY_GENES.indexOf(gene);
  return values.filter((_, i) => i % TOY_GENES.length === at);
}
