import { join } from 'node:path';
import type { ContrastiveMethod, FitContext, Fitted, Method, ReferenceBank, TrainingData } from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import { trainableNames } from '../layers/parameter.ts';
import { writeSafetensors } from '../state/weights-file.ts';
import type { ContrastiveOptions } from './contrastive-options.ts';
import { CompiledEncoder } from './encode.ts';
import { fitContrastive, requireFrozen, type FitResult } from './fit.ts';
import { openEngine } from './open-engine.ts';
import { encodeQueries } from './query.ts';
import { buildReferenceBank } from './reference-bank.ts';
import { standardiserArrays } from './standardiser.ts';

/**
 * Makes a method that the bench can run out of encoders, a loss and a predictor: batches, training with checkpoints,
 * the reference bank of training spots, and predictions by retrieval.
 */
export function createContrastiveMethod<Config>(options: ContrastiveOptions<Config>): Method<Config> {
  const { name, version, title, paper, configSchema } = options;
  const about = { name, version, title, paper, configSchema, deterministic: false };
  return { ...about, fit: (data, context) => fit(options, data, context) };
}

async function fit<Config>(
  options: ContrastiveOptions<Config>,
  data: TrainingData,
  context: FitContext<Config>,
): Promise<Fitted> {
  requireFrozen(options.name, context.regime);
  const model = options.build(context.config);
  const training = options.training(context.config);
  const engine = await openEngine(context);
  const name = `${options.name} ${options.version}`;
  const result = await fitContrastive({ name, model, training, engine, context }, data);
  const parameters = { ...result.trained.parameters, ...result.trained.average };
  const bank = await referenceBank(engine, model, result, parameters, training.chunkSize);
  const published = options.selectedBy?.(context.config, bank.spotIds.length) ?? 'published';
  const chosen = result.stoppedEarly ? `validation sections: epoch ${result.trained.epochs}; ` : '';
  return fitted({ engine, model, result, parameters, bank, selectedBy: chosen + published });
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

interface FittedParts {
  readonly engine: Engine;
  readonly model: ContrastiveMethod;
  readonly result: FitResult;
  readonly parameters: HostArrays;
  readonly bank: ReferenceBank;
  readonly selectedBy: string;
}

function fitted({ engine, model, result, parameters, bank, selectedBy }: FittedParts): Fitted {
  const { specs, sizes, standardiser } = result;
  const names = Object.keys(model.imageEncoder.parameters(sizes));
  const encoder = new CompiledEncoder(engine, model.imageEncoder, parameters, names);
  return {
    selectedBy,
    parameterCount: trainableNames(specs).reduce((sum, name) => sum + sizeOf(specs[name].shape), 0),
    async predict(slide) {
      const queries = await encodeQueries(slide, { encoder, standardiser, geneCount: sizes.geneCount });
      return model.predictor.predict(queries, bank);
    },
    async save(folder) {
      const scaling = standardiser === undefined ? {} : standardiserArrays(standardiser);
      await writeSafetensors(join(folder, 'weights.safetensors'), parameters);
      await writeSafetensors(join(folder, 'reference.safetensors'), { ...scaling, ...bankArrays(bank) });
    },
    dispose: () => encoder.dispose(),
  };
}

function bankArrays({ embeddings, expression, width, geneCount }: ReferenceBank): HostArrays {
  const keys = embeddings.length / width;
  return {
    'keys/embeddings': { dtype: 'float32', shape: [keys, width], data: embeddings },
    'keys/expression': { dtype: 'float32', shape: [keys, geneCount], data: expression },
  };
}
