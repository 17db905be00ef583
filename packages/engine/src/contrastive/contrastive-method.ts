import {
  SpotbenchError,
  type ContrastiveMethod,
  type FeatureView,
  type FitContext,
  type Fitted,
  type LoadContext,
  type Method,
  type ReferenceBank,
  type Regime,
  type TrainingData,
} from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { requireParameters } from '../state/weights-file.ts';
import { withSmallerBatch } from '../training/batch-that-fits.ts';
import { modelParameters } from './contrastive-model.ts';
import type { ContrastiveOptions } from './contrastive-options.ts';
import { CompiledEncoder } from './encode.ts';
import { fitContrastive, type FitResult } from './fit.ts';
import { fittedContrastive } from './fitted.ts';
import type { ImageInputs } from './image-inputs.ts';
import { openEngine } from './open-engine.ts';
import { buildReferenceBank } from './reference-bank.ts';
import { loadContrastive } from './saved-state.ts';

/** A method made of encoders, a loss and a predictor, which stay visible to checks that look inside. */
export interface MadeContrastive<Config = unknown> extends Method<Config> {
  readonly contrastive: ContrastiveOptions<Config>;
}

/**
 * Makes a method that the bench can run out of encoders, a loss and a predictor: batches, training with checkpoints,
 * the reference bank of training spots, and predictions by retrieval.
 */
export function createContrastiveMethod<Config>(options: ContrastiveOptions<Config>): MadeContrastive<Config> {
  const { name, version, title, paper, configSchema, views } = options;
  const about = { name, version, title, paper, configSchema, views, deterministic: false };
  return {
    ...about,
    contrastive: options,
    fit: (data, context) => fit(options, data, context),
    load: (folder, context) => load(options, folder, context),
  };
}

async function fit<Config>(
  options: ContrastiveOptions<Config>,
  data: TrainingData,
  context: FitContext<Config>,
): Promise<Fitted> {
  const { config, regime } = context;
  const images = imagesOf(options, config, regime);
  const model = options.build(config, regime);
  const training = options.training(config, regime);
  const views = viewsOf(options, regime);
  const engine = await openEngine(context);
  const name = `${options.name} ${options.version}`;
  const { value: result, batchSize } = await withSmallerBatch(training.batchSize, context, (size) => {
    const plan = { name, views, images, model, training: { ...training, batchSize: size }, engine, context };
    return fitContrastive(plan, data);
  });
  const { parameters } = result.trained;
  const bank = await referenceBank(engine, model, result, parameters, training.chunkSize);
  const published = options.selectedBy?.(config, bank.spotIds.length, regime) ?? 'published';
  const batch = batchNote(training.batchSize, batchSize, bank.spotIds.length);
  const chosen = result.stoppedEarly ? `validation sections: epoch ${result.trained.epochs}; ` : '';
  return fittedContrastive(engine, model, {
    method: options.name,
    version: options.version,
    config: context.config,
    genes: data.genes,
    sizes: result.sizes,
    regime,
    inputs: { views, standardisers: result.standardisers, images },
    parameters,
    bank,
    chunkSize: training.chunkSize,
    selectedBy: batch + chosen + published,
  });
}

/** What a record must say of the batch where it is not the one that was asked for: a contrastive loss depends on it. */
function batchNote(asked: number, fitting: number, spots: number): string {
  if (spots < fitting) return `one batch of all ${spots} training spots (${asked} asked for); `;
  return fitting < asked ? `batch of ${fitting} (${asked} did not fit in memory); ` : '';
}

/** @throws SpotbenchError `bad-data` when the folder holds something else than this method's state. */
async function load<Config>(
  options: ContrastiveOptions<Config>,
  folder: string,
  context: LoadContext,
): Promise<Fitted> {
  const saved = await loadContrastive(folder, options.name, options.version);
  const config = options.configSchema.parse(saved.config);
  const images = imagesOf(options, config, saved.regime);
  const state = { ...saved, inputs: { ...saved.inputs, images } };
  const model = options.build(config, state.regime);
  requireParameters(state.parameters, modelParameters(model, state.sizes), folder);
  return fittedContrastive(await openEngine(context), model, state);
}

function viewsOf<Config>({ views }: ContrastiveOptions<Config>, regime: Regime): readonly FeatureView[] {
  return regime === 'frozen' ? (views ?? ['patch']) : [];
}

/** @throws SpotbenchError `unsupported` when the method has no image encoder of its own to train. */
function imagesOf<Config>(
  options: ContrastiveOptions<Config>,
  config: Config,
  regime: Regime,
): ImageInputs | undefined {
  if (regime === 'frozen') return undefined;
  if (options.images !== undefined) return options.images(config);
  throw new SpotbenchError(
    'unsupported',
    `${options.name}: has no image encoder of its own to train, got the ${regime} regime; use the frozen one`,
  );
}

async function referenceBank(
  engine: Engine,
  { spotEncoder }: ContrastiveMethod,
  { sizes, table, spotIds }: FitResult,
  parameters: HostArrays,
  chunkSize: number,
): Promise<ReferenceBank> {
  const encoder = new CompiledEncoder(engine, spotEncoder, parameters, Object.keys(spotEncoder.parameters(sizes)));
  try {
    return await buildReferenceBank(table, spotIds, encoder, chunkSize);
  } finally {
    await encoder.dispose();
  }
}
