import type {
  ContrastiveMethod,
  FeatureView,
  FitContext,
  Fitted,
  LoadContext,
  Method,
  ReferenceBank,
  TrainingData,
} from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { requireParameters } from '../state/weights-file.ts';
import { modelParameters } from './contrastive-model.ts';
import type { ContrastiveOptions } from './contrastive-options.ts';
import { CompiledEncoder } from './encode.ts';
import { fitContrastive, requireFrozen, type FitResult } from './fit.ts';
import { fittedContrastive } from './fitted.ts';
import { openEngine } from './open-engine.ts';
import { buildReferenceBank } from './reference-bank.ts';
import { loadContrastive } from './saved-state.ts';

/**
 * Makes a method that the bench can run out of encoders, a loss and a predictor: batches, training with checkpoints,
 * the reference bank of training spots, and predictions by retrieval.
 */
export function createContrastiveMethod<Config>(options: ContrastiveOptions<Config>): Method<Config> {
  const { name, version, title, paper, configSchema, views } = options;
  const about = { name, version, title, paper, configSchema, views, deterministic: false };
  return {
    ...about,
    fit: (data, context) => fit(options, data, context),
    load: (folder, context) => load(options, folder, context),
  };
}

async function fit<Config>(
  options: ContrastiveOptions<Config>,
  data: TrainingData,
  context: FitContext<Config>,
): Promise<Fitted> {
  requireFrozen(options.name, context.regime);
  const model = options.build(context.config, context.regime);
  const views = viewsOf(options);
  const training = options.training(context.config);
  const engine = await openEngine(context);
  const name = `${options.name} ${options.version}`;
  const result = await fitContrastive({ name, views, model, training, engine, context }, data);
  const parameters = { ...result.trained.parameters, ...result.trained.average };
  const bank = await referenceBank(engine, model, result, parameters, training.chunkSize);
  const published = options.selectedBy?.(context.config, bank.spotIds.length) ?? 'published';
  const chosen = result.stoppedEarly ? `validation sections: epoch ${result.trained.epochs}; ` : '';
  return fittedContrastive(engine, model, {
    method: options.name,
    version: options.version,
    config: context.config,
    genes: data.genes,
    sizes: result.sizes,
    views,
    standardisers: result.standardisers,
    parameters,
    bank,
    chunkSize: training.chunkSize,
    selectedBy: chosen + published,
  });
}

/** @throws SpotbenchError `bad-data` when the folder holds something else than this method's state. */
async function load<Config>(
  options: ContrastiveOptions<Config>,
  folder: string,
  context: LoadContext,
): Promise<Fitted> {
  const state = await loadContrastive(folder, options.name, options.version);
  const model = options.build(options.configSchema.parse(state.config), 'frozen');
  requireParameters(state.parameters, modelParameters(model, state.sizes), folder);
  return fittedContrastive(await openEngine(context), model, state);
}

const viewsOf = <Config>({ views }: ContrastiveOptions<Config>): readonly FeatureView[] => views ?? ['patch'];

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
