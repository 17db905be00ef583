import type { ZodType } from 'zod';
import type { Random } from '../random/random.ts';
import type { Expression, Slide, TrainingSlide } from './slide.ts';
import type { FeatureView } from './view.ts';

/**
 * `frozen`: a method's heads are trained on cached features of a frozen image encoder. `finetune`: its own image encoder is
 * trained end to end. A ranking never mixes the two.
 */
export type Regime = 'frozen' | 'finetune';

/** Everything a method may learn from. Test sections are not in it. */
export interface TrainingData {
  /** Genes to predict, in the column order of every `expression` and of every prediction. [G] */
  readonly genes: readonly string[];
  /** Sections to fit. */
  readonly train: readonly TrainingSlide[];
  /** Sections for choosing hyper-parameters and stopping; empty where a fold leaves none. A method may refit on both. */
  readonly validation: readonly TrainingSlide[];
}

/** How far a fit has come; shown as live progress and kept as the loss curve. */
export interface Progress {
  /** Epochs begun, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done of this epoch and its length; `step === steps` closes the epoch and is what the loss curve keeps. */
  readonly step?: number;
  readonly steps?: number;
  /** Mean over the steps done of this epoch. */
  readonly loss: number;
  /** Named parts of the loss, and validation figures where a method computes them. */
  readonly terms?: Readonly<Record<string, number>>;
}

/** Pretrained weights on disk: a safetensors file with PyTorch names. */
export interface PretrainedWeights {
  readonly path: string;
  /** Put before every name of the backbone to get the file's, e.g. `features.`. */
  readonly prefix: string;
}

/** What surrounds a fit. */
export interface FitContext<Config = unknown> {
  /** The method's configuration, parsed by its `configSchema`. */
  readonly config: Config;
  readonly regime: Regime;
  readonly seed: number;
  /** Seeded numbers; the stream is the cell's own. */
  readonly random: Random;
  /** Compute engine and device asked for, e.g. `onnx` and `cpu`. */
  readonly engine: string;
  readonly device: string;
  /** Weights that image backbones start from, by their name, in the `finetune` regime; from scratch where absent. */
  readonly pretrained?: Readonly<Record<string, PretrainedWeights>>;
  /** CPU threads this fit may use; all of them where absent. Never changes a number. */
  readonly threads?: number;
  /** A folder for checkpoints that lives as long as the cell is unfinished; a fit that finds one resumes from it. */
  readonly checkpointFolder?: string;
  /** Least time between two checkpoints; a minute where absent. Never changes a number. */
  readonly checkpointEveryMs?: number;
  /** Train once more with the largest batch found to fit when the configured one does not fit in memory. Default false. */
  readonly retryWithSmallerBatch?: boolean;
  /** `mixed` trains with products in float16 where the device gains from it; else it is refused. Default `float32`. */
  readonly precision?: 'float32' | 'mixed';
  readonly onProgress?: (progress: Progress) => void;
}

/** Where a fitted method that was saved is to predict. */
export type LoadContext = Pick<FitContext, 'engine' | 'device' | 'threads'>;

/** How a trained model is exported. */
export interface ExportOptions {
  /** Spots in a batch; shapes in an exported file are fixed. Default 1. */
  readonly batchSize?: number;
}

/** A fitted method. */
export interface Fitted {
  /** Predicted expression of every spot of the slide, in the units and column order of the training expression. [N, G] */
  predict(slide: Slide): Promise<Float32Array>;
  /** How hyper-parameters and stopping were chosen, for the run record, e.g. `validation sections: lambda` or `published`. */
  readonly selectedBy: string;
  /** Number of fitted numbers. */
  readonly parameterCount: number;
  /** Writes the fitted state into a folder, for `Method.load`. */
  save?(folder: string): Promise<void>;
  /** Writes the trained model into a folder as .onnx files with the weights inside, and `export.json`, which describes them. */
  exportOnnx?(folder: string, options?: ExportOptions): Promise<void>;
  dispose?(): Promise<void>;
}

/** First contract level: what the bench sees of every method. */
export interface Method<Config = unknown> {
  /** Unique, lower case, e.g. `mclstexp`. */
  readonly name: string;
  /** Bumped when a change moves numbers. */
  readonly version: string;
  /** One line for tables. */
  readonly title: string;
  /** Citation of what it implements; controls have none. */
  readonly paper?: string;
  /** True when the seed changes nothing: one seed is run then. */
  readonly deterministic: boolean;
  /** Strict schema with a default for every option; unknown options are errors. */
  readonly configSchema: ZodType<Config>;
  /** Views of the frozen features it needs; `patch` alone without this. Its package.json lists them too, for the plan. */
  readonly views?: readonly FeatureView[];
  fit(data: TrainingData, context: FitContext<Config>): Promise<Fitted>;
  /** Reads what `Fitted.save` wrote; on the same engine the predictions are the same. */
  load?(folder: string, context: LoadContext): Promise<Fitted>;
}

/** A fitted control that holds the answer: it bounds a table from above or isolates one cue; never ranked. */
export interface FittedControl extends Omit<Fitted, 'predict'> {
  predict(slide: Slide, answer: Expression): Promise<Float32Array>;
}

/** A control that is shown the test expression. Only packages that register it under `controls` are given it. */
export interface AnswerControl<Config = unknown> extends Omit<Method<Config>, 'fit'> {
  readonly seesAnswer: true;
  fit(data: TrainingData, context: FitContext<Config>): Promise<FittedControl>;
}
