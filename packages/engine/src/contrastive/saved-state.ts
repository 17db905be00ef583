/**
 * A fitted contrastive method on disk: `weights.safetensors` (parameters by PyTorch state-dict name),
 * `reference.safetensors` (embeddings and expression of the keys, shift and scale of the features) and `fitted.json`
 * (everything else).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SpotbenchError,
  writeFileAtomic,
  type FeatureView,
  type ModelSizes,
  type ReferenceBank,
} from '@spotbench/core';
import { z } from 'zod';
import type { HostArray, HostArrays } from '../host-array.ts';
import { readSafetensors, requireParameters, writeSafetensors } from '../state/weights-file.ts';
import type { FittedState } from './fitted.ts';
import { meanName, standardiserArrays, stdName, type ViewStandardisers } from './view-standardiser.ts';

const WEIGHTS = 'weights.safetensors';
const REFERENCE = 'reference.safetensors';
const DESCRIPTION = 'fitted.json';

const count = z.int().nonnegative();
const descriptionSchema = z.strictObject({
  schemaVersion: z.literal(2),
  method: z.string(),
  version: z.string(),
  config: z.unknown(),
  genes: z.array(z.string()),
  sizes: z.strictObject({
    featureWidth: count,
    tokens: z.record(z.string(), count),
    imageSizePx: count,
    geneCount: count,
    positionCount: count,
  }),
  regime: z.enum(['frozen', 'finetune']),
  views: z.array(z.string()),
  standardised: z.boolean(),
  chunkSize: z.int().positive(),
  selectedBy: z.string(),
  /** Section and spot of each key. */
  keys: z.strictObject({ sections: z.array(z.string()), spotIds: z.array(z.string()) }),
});

/** Writes the three files. */
export async function saveContrastive(folder: string, state: FittedState): Promise<void> {
  const { method, version, config, genes, regime, sizes, chunkSize, selectedBy, bank } = state;
  const { views, standardisers } = state.inputs;
  const standardised = standardisers !== undefined;
  const keys = { sections: bank.sections, spotIds: bank.spotIds };
  const text = {
    schemaVersion: 2,
    method,
    version,
    config,
    genes,
    regime,
    sizes,
    views,
    standardised,
    chunkSize,
    selectedBy,
    keys,
  };
  await writeSafetensors(join(folder, WEIGHTS), state.parameters, { format: 'pt' });
  await writeSafetensors(join(folder, REFERENCE), referenceArrays(state));
  await writeFileAtomic(join(folder, DESCRIPTION), `${JSON.stringify(text, null, 2)}\n`);
}

/** The keys' embeddings [M, D] and expression [M, G], and mean and std [D] of each view's features where they are standardised. */
export function referenceArrays({ bank, inputs: { standardisers } }: Pick<FittedState, 'bank' | 'inputs'>): HostArrays {
  const { embeddings, expression, width, geneCount } = bank;
  const keys = embeddings.length / width;
  return {
    ...(standardisers === undefined ? {} : standardiserArrays(standardisers)),
    'keys/embeddings': { dtype: 'float32', shape: [keys, width], data: embeddings },
    'keys/expression': { dtype: 'float32', shape: [keys, geneCount], data: expression },
  };
}

/**
 * Reads what `saveContrastive` wrote. The parameters still have to be checked against the model of `config`, which also
 * says what images the encoder reads.
 *
 * @throws SpotbenchError `missing-data` without the files, `bad-data` when they are damaged or of another method.
 */
export async function loadContrastive(folder: string, method: string, version: string): Promise<FittedState> {
  const path = join(folder, DESCRIPTION);
  const described = await readDescription(path);
  if (described.method !== method || described.version !== version) {
    const got = `${described.method} ${described.version}`;
    throw new SpotbenchError('bad-data', `${path}: needed the state of ${method} ${version}, got that of ${got}`);
  }
  const { config, genes, regime, chunkSize, selectedBy, keys } = described;
  const views = described.views as FeatureView[];
  const sizes = described.sizes as ModelSizes;
  const { arrays: parameters } = await readSafetensors(join(folder, WEIGHTS));
  const { arrays } = await readSafetensors(join(folder, REFERENCE));
  const { featureWidth, geneCount } = sizes;
  const width = arrays['keys/embeddings']?.shape[1] ?? 0;
  const scaling = described.standardised
    ? views.flatMap((view) => [meanName(view), stdName(view)]).map((name) => [name, [featureWidth]] as const)
    : [];
  const M = keys.spotIds.length;
  const shapes = { ...Object.fromEntries(scaling), 'keys/embeddings': [M, width], 'keys/expression': [M, geneCount] };
  requireParameters(arrays, specsOf(shapes), join(folder, REFERENCE));
  const bank: ReferenceBank = {
    embeddings: floats(arrays['keys/embeddings']),
    expression: floats(arrays['keys/expression']),
    width,
    geneCount,
    ...keys,
  };
  const standardisers = described.standardised ? standardisersOf(views, arrays) : undefined;
  const inputs = { views, standardisers, images: undefined };
  return { method, version, config, genes, regime, sizes, inputs, chunkSize, selectedBy, parameters, bank };
}

async function readDescription(path: string): Promise<z.infer<typeof descriptionSchema>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${path}: no fitted state that can be read here`, { cause });
  });
  try {
    return descriptionSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SpotbenchError('bad-data', `${path}: not the description of a fitted method`, { cause });
  }
}

function standardisersOf(views: readonly FeatureView[], arrays: HostArrays): ViewStandardisers {
  const one = (view: string) => ({ mean: floats(arrays[meanName(view)]), std: floats(arrays[stdName(view)]) });
  return Object.fromEntries(views.map((view) => [view, one(view)]));
}

function specsOf(shapes: Readonly<Record<string, readonly number[]>>) {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
}

const floats = ({ data }: HostArray): Float32Array => Float32Array.from(data);
