/**
 * A trained contrastive model as .onnx files: `image-encoder.onnx` takes raw frozen features (their standardisation is
 * inside) and `spot-encoder.onnx` expression and positions; both give `embedding`. `reference.safetensors` holds the keys
 * that predictions are retrieved from, and `export.json` says what is what.
 */
import { join } from 'node:path';
import { writeFileAtomic, type Batch, type ContrastiveMethod, type Encoder, type ExportOptions } from '@spotbench/core';
import { div, sub, zeros, type Tensor2D } from '@tensorflow/tfjs-core';
import type { StepFunction, TensorMap } from '../compile/contract.ts';
import { exportOnnx } from '../compile/export-onnx.ts';
import { OPSET } from '../compile/onnx/model.ts';
import type { ArraySpec, HostArrays } from '../host-array.ts';
import { writeSafetensors } from '../state/weights-file.ts';
import type { FittedState } from './fitted.ts';
import { referenceArrays } from './saved-state.ts';
import { standardiserArrays } from './standardiser.ts';

type BatchField = 'features' | 'expression' | 'position';
type Inputs = Partial<Readonly<Record<BatchField, ArraySpec>>>;

/** Writes the files of one trained model. B spots in a batch of the image encoder, `chunkSize` in one of the spot encoder. */
export async function exportContrastive(
  folder: string,
  { imageEncoder, spotEncoder }: ContrastiveMethod,
  state: FittedState,
  { batchSize = 1 }: ExportOptions = {},
): Promise<void> {
  const { features } = inputsOf(state, batchSize);
  const files = {
    'image-encoder.onnx': exportEncoder(imageEncoder, state, { features }, batchSize),
    'spot-encoder.onnx': exportEncoder(spotEncoder, state, inputsOf(state, state.chunkSize), state.chunkSize),
  };
  for (const [name, { bytes }] of Object.entries(files)) await writeFileAtomic(join(folder, name), bytes);
  await writeSafetensors(join(folder, 'reference.safetensors'), referenceArrays(state));
  const models = Object.fromEntries(
    Object.entries(files).map(([name, { inputs, outputs }]) => [name, { inputs, outputs }]),
  );
  const { method, version, config, genes } = state;
  const about = { schemaVersion: 1, method, version, config, opset: OPSET, models, genes };
  await writeFileAtomic(join(folder, 'export.json'), `${JSON.stringify(about, null, 2)}\n`);
}

interface ExportedEncoder {
  readonly bytes: Uint8Array;
  readonly inputs: Inputs;
  readonly outputs: Readonly<Record<string, ArraySpec>>;
}

function exportEncoder(encoder: Encoder, state: FittedState, given: Inputs, B: number): ExportedEncoder {
  const read = new Set<BatchField>();
  let width = 0;
  const forward: StepFunction = (arrays, inputs) => {
    const { embedding } = encoder.encode(arrays, watched(arrays, inputs, state, B, read), 'eval');
    width = embedding.shape[1];
    return { state: {}, outputs: { embedding } };
  };
  const weights = Object.keys(encoder.parameters(state.sizes)).map((name) => [name, state.parameters[name]] as const);
  const scaling = state.standardiser === undefined ? {} : standardiserArrays(state.standardiser);
  const spec = { state: { ...Object.fromEntries(weights), ...scaling } satisfies HostArrays };
  exportOnnx(forward, { ...spec, inputs: given }); // finds out which inputs the encoder reads
  const inputs = Object.fromEntries(Object.entries(given).filter(([name]) => read.has(name as BatchField)));
  const bytes = exportOnnx(forward, { ...spec, inputs });
  return { bytes, inputs, outputs: { embedding: { dtype: 'float32', shape: [B, width] } } };
}

/** The batch of a forward pass that notes which inputs are read; what is no input is zeros, as for queries. */
function watched(arrays: TensorMap, inputs: TensorMap, state: FittedState, B: number, read: Set<BatchField>): Batch {
  const field = (name: BatchField, width: number, dtype: 'float32' | 'int32'): Tensor2D => {
    read.add(name);
    return (inputs[name] as Tensor2D | undefined) ?? zeros([B, width], dtype);
  };
  const { featureWidth, geneCount } = state.sizes;
  return {
    get features() {
      const raw = field('features', featureWidth, 'float32');
      return state.standardiser ? div<Tensor2D>(sub(raw, arrays['features/mean']), arrays['features/std']) : raw;
    },
    get expression() {
      return field('expression', geneCount, 'float32');
    },
    get position() {
      return field('position', 2, 'int32');
    },
    random: {},
  };
}

function inputsOf({ sizes }: FittedState, B: number): Readonly<Record<BatchField, ArraySpec>> {
  return {
    features: { dtype: 'float32', shape: [B, sizes.featureWidth] },
    expression: { dtype: 'float32', shape: [B, sizes.geneCount] },
    position: { dtype: 'int32', shape: [B, 2] },
  };
}
