import { unknownName, type FitContext } from '@spotbench/core';

/** How fits compute, beside the engine: what a run may ask of all its cells. */
export interface TrainingRequest {
  readonly precision: NonNullable<FitContext['precision']>;
  /** Train once more with the largest batch that fits where the configured one does not. */
  readonly smallerBatch: boolean;
}

/** Environment variables that carry it from `spotbench run` to its cells; unset and empty are the defaults. */
export const PRECISION_VARIABLE = 'SPOTBENCH_PRECISION';
export const SMALLER_BATCH_VARIABLE = 'SPOTBENCH_SMALLER_BATCH';

const PRECISIONS = ['float32', 'mixed'] as const satisfies readonly TrainingRequest['precision'][];

/** What the options ask for, else the environment, else float32 and the configured batch. @throws SpotbenchError `unknown-name`. */
export function trainingRequest(options: { precision?: string; smallerBatch?: boolean }): TrainingRequest {
  const asked = options.precision ?? (process.env[PRECISION_VARIABLE] || 'float32');
  const precision = PRECISIONS.find((name) => name === asked);
  if (precision === undefined) throw unknownName('precision', asked, PRECISIONS);
  return { precision, smallerBatch: options.smallerBatch ?? process.env[SMALLER_BATCH_VARIABLE] === '1' };
}

/** The environment of cells; empty for the defaults, so that the task cache serves `spotbench run` and a cell run by hand alike. */
export function trainingEnvironment({ precision, smallerBatch }: TrainingRequest): Readonly<Record<string, string>> {
  return {
    [PRECISION_VARIABLE]: precision === 'float32' ? '' : precision,
    [SMALLER_BATCH_VARIABLE]: smallerBatch ? '1' : '',
  };
}

/** The options that ask for it on a command line. */
export function trainingOptions({ precision, smallerBatch }: TrainingRequest): string {
  return (precision === 'float32' ? '' : ` --precision ${precision}`) + (smallerBatch ? ' --smaller-batch' : '');
}
