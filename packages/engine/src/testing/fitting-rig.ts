import {
  createRandom,
  type Expression,
  type FitContext,
  type Method,
  type Slide,
  type TrainingData,
  type TrainingSlide,
} from '@spotbench/core';
import { plantedSlides, type PlantedOptions } from '../conformance/planted-slides.ts';
import { meanPearson, permutedRows } from './mean-pearson.ts';

/** A method, options of it that suit small sections, and what to plant. */
export interface FittingRigOptions<Config> {
  readonly method: Method<Config>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly planted: Omit<PlantedOptions, 'sections'>;
}

/** What a fit gave. */
export interface RigFit {
  /** Expression of the held-out section. [N, G] */
  readonly predicted: Float32Array;
  readonly selectedBy: string;
  readonly parameterCount: number;
}

/** Fits of one method on planted sections. */
export interface FittingRig<Config> {
  /** Two sections to train on and one to validate on. */
  readonly data: TrainingData;
  /** The held-out section as it is predicted from, and the truth about it. */
  readonly query: Slide;
  readonly answer: Expression;
  /** Frozen, on `onnx/cpu` with one thread (several would mostly wait for each other on so little), unless changed. */
  readonly contextOf: (
    options?: Readonly<Partial<Config>>,
    changes?: Partial<FitContext<Config>>,
  ) => FitContext<Config>;
  readonly fitAndPredict: (
    options?: Readonly<Partial<Config>>,
    changes?: Partial<FitContext<Config>>,
    on?: TrainingData,
  ) => Promise<RigFit>;
  /** Mean over genes of the Pearson correlation with the truth, over the spots of the held-out section. */
  readonly score: (predicted: Float32Array) => number;
}

/** A rig of four planted sections, three for training and the last one held out. */
export function fittingRig<Config>({ method, options: small, planted }: FittingRigOptions<Config>): FittingRig<Config> {
  const [first, second, third, held] = plantedSlides({ ...planted, sections: 4 });
  const { expression: answer, ...query } = held;
  const data = { genes: answer.genes, train: [first, second], validation: [third] };
  const contextOf: FittingRig<Config>['contextOf'] = (options, changes) => ({
    config: method.configSchema.parse({ ...small, ...options }),
    regime: 'frozen',
    seed: 0,
    random: createRandom(0, 'cell'),
    engine: 'onnx',
    device: 'cpu',
    threads: 1,
    ...changes,
  });
  return {
    data,
    query,
    answer,
    contextOf,
    async fitAndPredict(options, changes, on = data) {
      const fitted = await method.fit(on, contextOf(options, changes));
      const predicted = await fitted.predict(query);
      await fitted.dispose?.();
      return { predicted, selectedBy: fitted.selectedBy, parameterCount: fitted.parameterCount };
    },
    score: (predicted) => meanPearson(predicted, answer.values, planted.genes),
  };
}

/** The same data with the expression of each section's spots in a random order, so that there is nothing to learn. */
export function withShuffledTruth(data: TrainingData, seed = 0): TrainingData {
  const shuffled = (slide: TrainingSlide, s: number): TrainingSlide => {
    const values = permutedRows(slide.expression.values, data.genes.length, seed + s);
    return { ...slide, expression: { ...slide.expression, values } };
  };
  const { train, validation } = data;
  return {
    ...data,
    train: train.map(shuffled),
    validation: validation.map((slide, v) => shuffled(slide, train.length + v)),
  };
}

/** The same data with the validation sections among the training sections. */
export function withoutValidation(data: TrainingData): TrainingData {
  return { ...data, train: [...data.train, ...data.validation], validation: [] };
}
