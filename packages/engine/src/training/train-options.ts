import type { Progress, Random } from '@spotbench/core';
import type { Precision } from '../compile/precision/precision.ts';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import type { Schedule } from '../schedules/schedule.ts';
import type { RandomDeclarations } from '../random-inputs/draw.ts';
import type { EpochLoss } from '../state/checkpoint.ts';
import type { BatchSource } from './batch-source.ts';
import type { LossFunction } from './loss-function.ts';

/** Where and how often training is saved. */
export interface CheckpointOptions {
  readonly path: string;
  /** What is trained, on what and how, as a hash: a checkpoint of another identity is refused. */
  readonly identity: string;
  /** Least time between two checkpoints; when one is written changes no number. Default 60,000. */
  readonly everyMs?: number;
  /** Write after every so many steps instead. */
  readonly everySteps?: number;
}

/** Stops when validation has not improved for a while, and gives back the parameters of the best epoch. */
export interface EarlyStoppingOptions {
  /** Epochs without improvement that are waited for. */
  readonly patience: number;
  /** Validation figure of the parameters that would predict, lower is better; called after every epoch. */
  validate(parameters: HostArrays): Promise<number>;
}

/** Everything that decides a training run. */
export interface TrainOptions {
  readonly engine: Engine;
  /** First values of all parameters, trainable or not. */
  readonly parameters: HostArrays;
  readonly trainable: readonly string[];
  readonly loss: LossFunction;
  readonly batches: BatchSource;
  /** Random inputs of a batch, by its size; drawn from `random`. */
  readonly randomInputs?: (batch: HostArrays) => RandomDeclarations;
  readonly random: Random;
  readonly optimiser: Optimiser;
  readonly schedule: Schedule;
  readonly epochs: number;
  /** Largest norm of all gradients together. */
  readonly clipNorm?: number;
  /** Batches per optimiser update; what is left at the end of an epoch is an update too. Default 1. */
  readonly accumulate?: number;
  /** Decay of a moving average of the parameters, which is then what is validated and given back; none without. */
  readonly averageDecay?: number;
  /**
   * `mixed`: products in float16 with dynamic loss scaling, where the engine gains from it. An update whose gradients overflow
   * is skipped: it changes no state but the scale and does not count for schedule and bias corrections. Default `float32`.
   */
  readonly precision?: Precision;
  readonly checkpoint?: CheckpointOptions;
  readonly earlyStopping?: EarlyStoppingOptions;
  readonly onProgress?: (progress: Progress) => void;
}

/** What training leaves. */
export interface Trained {
  /** Parameters after the last epoch, or of the best epoch under early stopping; their moving average where one was asked for. */
  readonly parameters: HostArrays;
  /** Mean loss and terms of each epoch. */
  readonly history: readonly EpochLoss[];
  /** Epochs whose parameters these are: the number done, or the best one's. */
  readonly epochs: number;
}
