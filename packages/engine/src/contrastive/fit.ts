import { join } from 'node:path';
import {
  bytesOf,
  hashValue,
  sha256,
  type ContrastiveMethod,
  type FeatureView,
  type FitContext,
  type ModelSizes,
  type TrainingData,
  type TrainingSlide,
} from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { initialise } from '../initialisers/initialise.ts';
import { trainableNames, type ParameterSpecs } from '../layers/parameter.ts';
import { epochOrder, type EpochOrder } from '../training/epoch-order.ts';
import type { Trained } from '../training/train-options.ts';
import { train } from '../training/train.ts';
import { batchSizeOf } from './batch-arrays.ts';
import { contrastiveLoss, modelParameters, modelRandom } from './contrastive-model.ts';
import type { ContrastiveTraining } from './contrastive-options.ts';
import type { ImageInputs } from './image-inputs.ts';
import { withPretrained } from './pretrained.ts';
import { frozenTraining, imageTraining, plainInputs, type TrainingInputs } from './spot-inputs.ts';
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
  /** Views of the frozen features that the model reads; none where it is trained on images. */
  readonly views: readonly FeatureView[];
  /** The images that the model is trained on, in the `finetune` regime. */
  readonly images: ImageInputs | undefined;
  readonly model: ContrastiveMethod;
  readonly training: ContrastiveTraining;
  readonly engine: Engine;
  readonly context: FitContext;
}

/** Trains the encoders of a contrastive method. @throws as `train`, and when there is nothing to train on. */
export async function fitContrastive(plan: FitPlan, data: TrainingData): Promise<FitResult> {
  const { model, training, engine } = plan;
  const watched = training.patience !== undefined && data.validation.length > 0;
  const slides = watched ? data.train : [...data.train, ...data.validation];
  const raw = spotTable(slides, data.genes.length, plan.views);
  model.predictor.requireKeys?.(raw.count);
  const standardisers = training.standardiseFeatures ? fitViewStandardisers(raw.features) : undefined;
  const table = standardised(raw, standardisers);
  const heldSlides = watched ? data.validation : [];
  const held = standardised(spotTable(heldSlides, data.genes.length, plan.views), standardisers);
  const sizes = modelSizes(plan, table, held);
  const specs = modelParameters(model, sizes);
  const parameters = await firstParameters(plan, specs);
  const heldInputs = plainInputs(held, heldSlides, plan.images, plan.context.random);
  const validation = watched
    ? validationLoss(engine, model, held, heldInputs, training.batchSize, parameters)
    : undefined;
  try {
    const trained = await runTraining(plan, { table, held, slides, sizes, specs, parameters, validation });
    const spotIds = slides.flatMap(({ spots }) => spots.ids);
    return { trained, specs, sizes, table, spotIds, standardisers, stoppedEarly: watched };
  } finally {
    await validation?.dispose();
  }
}

/** Drawn at random, but for parts that start from pretrained weights. */
async function firstParameters({ images, context }: FitPlan, specs: ParameterSpecs): Promise<HostArrays> {
  const drawn = initialise(specs, context.random);
  if (images?.pretrained === undefined || context.pretrained === undefined) return drawn;
  return withPretrained(drawn, images.pretrained, context.pretrained);
}

function modelSizes({ images }: FitPlan, table: SpotTable, held: SpotTable): ModelSizes {
  return {
    featureWidth: Object.values(table.features)[0]?.width ?? 0,
    tokens: mapViews(table.features, ({ tokens }) => tokens),
    imageSizePx: images?.sizePx ?? 0,
    geneCount: table.geneCount,
    positionCount: positionCount(table, held),
  };
}

function trainingInputs(plan: FitPlan, { table, slides }: Prepared, order: EpochOrder): TrainingInputs {
  const { images, context, training } = plan;
  if (images === undefined) return frozenTraining(table, order);
  const { random, threads } = context;
  return imageTraining(table, slides, images, { order, epochs: training.epochs, random, threads });
}

interface Prepared {
  readonly table: SpotTable;
  /** Spots of the validation sections that are watched. */
  readonly held: SpotTable;
  readonly slides: readonly TrainingSlide[];
  readonly sizes: ModelSizes;
  readonly specs: ParameterSpecs;
  readonly parameters: HostArrays;
  readonly validation: Validation | undefined;
}

async function runTraining(plan: FitPlan, prepared: Prepared): Promise<Trained> {
  const { table, sizes, specs, parameters, validation } = prepared;
  const { model, training, engine, context } = plan;
  const order = epochOrder({ ...training, examples: table.count, random: context.random });
  const inputs = trainingInputs(plan, prepared, order);
  try {
    return await train({
      ...training,
      engine,
      parameters,
      trainable: trainableNames(specs),
      loss: contrastiveLoss(model, 'train'),
      batches: { stepsPerEpoch: order.stepsPerEpoch, read: (epoch, step) => inputs.read(epoch, step) },
      randomInputs: (batch) => modelRandom(model, sizes, batchSizeOf(batch)),
      random: context.random,
      precision: context.precision,
      checkpoint: checkpointOf(plan, prepared),
      earlyStopping: validation && {
        patience: training.patience!,
        validate: (present) => validation.validate(present),
      },
      onProgress: context.onProgress,
    });
  } finally {
    await inputs.close();
  }
}

/**
 * Where a checkpoint is kept, one file a batch size, so that a training repeated with a smaller batch is resumed by its like;
 * and what it belongs to: only the same method, configuration, first parameters, seed, engine and data, those it is judged by
 * included, take it up.
 */
function checkpointOf(plan: FitPlan, { table, held, slides, parameters }: Prepared) {
  const { name, training, engine, context } = plan;
  if (context.checkpointFolder === undefined) return undefined;
  const identity = hashValue({
    name,
    config: context.config,
    batchSize: training.batchSize,
    optimiser: training.optimiser.name,
    seed: context.seed,
    stream: context.random.fork('identity').uint32(),
    engine: engine.name,
    precision: context.precision ?? 'float32',
    regime: context.regime,
    parameters: Object.entries(parameters).map(([name, { data }]) => [name, sha256(bytesOf(data))]),
    images: plan.images === undefined ? null : (slides[0]?.patchStore?.hash ?? null),
    training: hashesOf(table),
    validation: hashesOf(held),
  });
  const path = join(context.checkpointFolder, `training-batch-${training.batchSize}.safetensors`);
  return { path, identity, everyMs: context.checkpointEveryMs };
}

function hashesOf({ features, expression, positions }: SpotTable) {
  return {
    features: mapViews(features, ({ values }) => sha256(bytesOf(values))),
    expression: sha256(bytesOf(expression)),
    positions: sha256(bytesOf(positions)),
  };
}

function standardised(table: SpotTable, standardisers: ViewStandardisers | undefined): SpotTable {
  if (table.count === 0) return table;
  return { ...table, features: standardiseViews(table.features, standardisers) };
}
