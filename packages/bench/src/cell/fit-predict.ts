import { createRandom, monotonicMs, type FitContext, type Fitted, type Progress, type Slide } from '@spotbench/core';
import type { Cell } from '../plan/cell-id.ts';
import { isAnswerControl, type LoadedMethod } from '../registry/load-method.ts';
import type { FoldData } from './load-fold.ts';
import { checkPrediction, type SectionPrediction } from './predictions.ts';

/** What a fit and its predictions leave behind. */
export interface FitResult {
  readonly predictions: readonly SectionPrediction[];
  readonly curve: readonly Progress[];
  readonly selectedBy: string;
  readonly parameterCount: number;
  readonly fitMs: number;
  readonly predictMs: number;
}

/** Where a fit runs and what it reports. */
export interface FitOptions {
  readonly config: unknown;
  readonly engine: string;
  readonly device: string;
  readonly threads?: number;
  readonly precision?: FitContext['precision'];
  readonly retryWithSmallerBatch?: boolean;
  /** Weights that image backbones start from. */
  readonly pretrained?: FitContext['pretrained'];
  readonly checkpointFolder: string;
  /** Called with what was fitted once everything is predicted, before it is freed. */
  readonly onFitted?: (fitted: Pick<Fitted, 'save'>) => Promise<unknown>;
  readonly onProgress: (stage: 'fit' | 'predict', section?: string, progress?: Progress) => void;
}

/**
 * Fits a method on a fold's training data and predicts its test slides. A method is handed slides without expression; only
 * a registered answer control is shown the truth.
 */
export async function fitAndPredict(
  method: LoadedMethod,
  cell: Cell,
  fold: FoldData,
  options: FitOptions,
): Promise<FitResult> {
  const curve: Progress[] = [];
  const context: FitContext = {
    config: options.config,
    regime: cell.regime,
    seed: cell.seed,
    random: createRandom(cell.seed, cell.dataset, cell.protocol, cell.method, cell.fold),
    engine: options.engine,
    device: options.device,
    threads: options.threads,
    precision: options.precision,
    retryWithSmallerBatch: options.retryWithSmallerBatch,
    pretrained: options.pretrained,
    checkpointFolder: options.checkpointFolder,
    onProgress: (progress) => {
      if (progress.step === progress.steps) curve.push(progress);
      options.onProgress('fit', undefined, progress);
    },
  };
  options.onProgress('fit');
  const started = monotonicMs();
  const { fitted, predict } = await fitWith(method, fold, context);
  const fitMs = monotonicMs() - started;
  const predictions: SectionPrediction[] = [];
  for (const slide of fold.test) {
    options.onProgress('predict', slide.id);
    const prediction = {
      section: slide.id,
      patient: slide.patient,
      spotIds: slide.spots.ids,
      genes: fold.training.genes,
      values: await predict(slide),
    };
    checkPrediction(prediction, method.name);
    predictions.push(prediction);
  }
  const predictMs = monotonicMs() - started - fitMs;
  await options.onFitted?.(fitted);
  await fitted.dispose?.();
  const { selectedBy, parameterCount } = fitted;
  return { predictions, curve, selectedBy, parameterCount, fitMs, predictMs };
}

type AnyFitted = Omit<Fitted, 'predict'>;

async function fitWith(
  method: LoadedMethod,
  fold: FoldData,
  context: FitContext,
): Promise<{ fitted: AnyFitted; predict: (slide: Slide) => Promise<Float32Array> }> {
  if (!isAnswerControl(method)) {
    const fitted = await method.fit(fold.training, context);
    return { fitted, predict: (slide) => fitted.predict(slide) };
  }
  const fitted = await method.fit(fold.training, context);
  return {
    fitted,
    predict: async (slide) => fitted.predict(slide, await fold.truth(slide.id)),
  };
}
