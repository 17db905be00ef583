import type { ContrastiveMethod, Method, Regime } from '@spotbench/core';
import type { ImageInputs } from './image-inputs.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import type { Schedule } from '../schedules/schedule.ts';

/** How a contrastive method is trained. */
export interface ContrastiveTraining {
  readonly epochs: number;
  readonly batchSize: number;
  readonly lastBatch: 'keep' | 'drop';
  readonly optimiser: Optimiser;
  readonly schedule: Schedule;
  readonly clipNorm?: number;
  /** Batches per optimiser update. Default 1. */
  readonly accumulate?: number;
  /** Decay of a moving average of the parameters, which then predicts. None without. */
  readonly averageDecay?: number;
  /**
   * Epochs to wait for a lower loss on the validation sections before stopping. Without it (or without validation
   * sections) all epochs are run, on training and validation sections together.
   */
  readonly patience?: number;
  /** Spots encoded together for the reference bank. */
  readonly chunkSize: number;
  /** Whether frozen features are shifted and scaled to mean 0 and variance 1 over the training spots. */
  readonly standardiseFeatures: boolean;
}

/** A contrastive method before the engine makes a `Method` of it. */
export interface ContrastiveOptions<Config> extends Omit<Method<Config>, 'fit' | 'load' | 'deterministic'> {
  /** The model for a configuration: in the `frozen` regime frozen features take the place of the image backbone. */
  build(config: Config, regime: Regime): ContrastiveMethod;
  /** The training for a configuration. */
  training(config: Config, regime: Regime): ContrastiveTraining;
  /** What its own image encoder is trained on; a method without this has no `finetune` regime. */
  images?(config: Config): ImageInputs;
  /** For the run record: how the rest was chosen, told the number of keys that predictions draw on. */
  selectedBy?(config: Config, keys: number, regime: Regime): string;
}
