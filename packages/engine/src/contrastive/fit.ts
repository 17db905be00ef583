import { join } from 'node:path';
import {
  bytesOf,
  hashValue,
  sha256,
  SpotbenchError,
  type ContrastiveMethod,
  type FeatureView,
  type FitContext,
  type ModelSizes,
  type TrainingData,
} from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { initialise } from '../initialisers/initialise.ts';
import { trainableNames, type ParameterSpecs } from '../layers/parameter.ts';
import { epochOrder } from '../training/epoch-order.ts';
import type { Trained } from '../training/train-options.ts';
import { train } from '../training/train.ts';
import { batchArrays, batchSizeOf } from './batch-arrays.ts';
import { contrastiveLoss, modelParameters, modelRandom } from './contrastive-model.ts';
import type { ContrastiveTraining } from './contrastive-options.ts';
import { positionCount, spotTable, type SpotTable } from './spot-table.ts';
import { validationLoss, type Validation } from './validation.ts';
import { fitViewStandardisers, standardiseViews, type ViewStandardisers } from './view-standardiser.ts';
import { mapViews } from './view-table.ts';

/** What fitting makes of the data. */
export interface FitResult {
  readonly trained: Trained;
  readonly specs: ParameterSpecs;
  readonly sizes: ModelSizes;
  /** The spots fitted on, features as the encoder sees them. */
  readonly table: SpotTable;
  readonly spotIds: readonly string[];
  readonly standardisers: ViewStandardisers | undefined;
  readonly stoppedEarly: boolean;
}

/** What fitting needs beside the data. */
export interface FitPlan {
  readonly name: string;
  /** Views of the frozen features that the model reads. */
  readonly views: readonly FeatureView[];
  readonly model: ContrastiveMethod;
  readonly training: ContrastiveTraining;
  readonly engine: Engine;
  readonly context: FitContext;
}

/** Trains the encoders of a contrastive method. @throws as `train`, and when there is nothing to train on. */
export async function fitContrastive(plan: FitPlan, data: TrainingData): Promise<FitResult> {
  const { model, training, views } = plan;
  const watched = training.patience !== undefined && data.validation.length > 0;
  const slides = watched ? data.train : [...data.train, ...data.validation];
  const raw = spotTable(slides, data.genes.length, views);
  const standardisers = training.standardiseFeatures ? fitViewStandardisers(raw.features) : undefined;
  const table = standardised(raw, standardisers);
  const held = standardised(spotTable(watched ? data.validation : [], data.genes.length, views), standardisers);
  const sizes = {
    featureWidth: Object.values(table.features)[0]?.width ?? 0,
    tokens: mapViews(table.features, ({ tokens }) => tokens),
    imageSizePx: 0,
    geneCount: table.geneCount,
    positionCount: positionCount(table, held),
  };
  const specs = modelParameters(model, sizes);
  const parameters = initialise(specs, plan.context.random);
  const validation = watched ? validationLoss(plan.engine, model, held, training.batchSize, parameters) : undefined;
  try {
    const trained = await runTraining(plan, { table, sizes, specs, parameters, validation });
    const spotIds = slides.flatMap(({ spots }) => spots.ids);
    return { trained, specs, sizes, table, spotIds, standardisers, stoppedEarly: watched };
  } finally {
    await validation?.dispose();
  }
}

interface Prepared {
  readonly table: SpotTable;
  readonly sizes: ModelSizes;
  readonly specs: ParameterSpecs;
  readonly parameters: HostArrays;
  readonly validation: Validation | undefined;
}

function runTraining(plan: FitPlan, { table, sizes, specs, parameters, validation }: Prepared): Promise<Trained> {
  const { model, training, engine, context } = plan;
  const order = epochOrder({ ...training, examples: table.count, random: context.random });
  return train({
    ...training,
    engine,
    parameters,
    trainable: trainableNames(specs),
    loss: contrastiveLoss(model, 'train'),
    batches: {
      stepsPerEpoch: order.stepsPerEpoch,
      read: (epoch, step) => Promise.resolve(batchArrays(table, order.rows(epoch, step))),
    },
    randomInputs: (batch) => modelRandom(model, sizes, batchSizeOf(batch)),
    random: context.random,
    checkpoint: checkpointOf(plan, table),
    earlyStopping: validation && { patience: training.patience!, validate: (present) => validation.validate(present) },
    onProgress: context.onProgress,
  });
}

/** A checkpoint is taken up only by the same method, configuration, seed, engine and data. */
function checkpointOf({ name, training, engine, context }: FitPlan, table: SpotTable) {
  if (context.checkpointFolder === undefined) return undefined;
  const identity = hashValue({
    name,
    config: context.config,
    optimiser: training.optimiser.name,
    seed: context.seed,
    stream: context.random.fork('identity').uint32(),
    engine: engine.name,
    features: mapViews(table.features, ({ values }) => sha256(bytesOf(values))),
    expression: sha256(bytesOf(table.expression)),
    positions: sha256(bytesOf(table.positions)),
  });
  return { path: join(context.checkpointFolder, 'training.safetensors'), identity };
}

function standardised(table: SpotTable, standardisers: ViewStandardisers | undefined): SpotTable {
  if (table.count === 0) return table;
  return { ...table, features: standardiseViews(table.features, standardisers) };
}

/** @throws SpotbenchError `unsupported` for a regime this cannot train yet. */
export function requireFrozen(name: string, regime: FitContext['regime']): void {
  if (regime === 'frozen') return;
  throw new SpotbenchError(
    'unsupported',
    `${name}: needed the frozen regime, got ${regime}; training image encoders is not available yet`,
  );
}
