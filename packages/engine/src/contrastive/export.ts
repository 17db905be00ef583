/**
 * A trained contrastive model as .onnx files: `image-encoder.onnx` takes raw frozen features, one input a view (their
 * standardisation is inside), or images of values 0..1 (their normalisation is inside) and `spot-encoder.onnx` expression and positions; both give `embedding`. `reference.safetensors` holds the keys
 * that predictions are retrieved from, and `export.json` says what is what.
 */
import { join } from 'node:path';
import {
  normalisationOf,
  writeFileAtomic,
  type Batch,
  type ContrastiveMethod,
  type Encoder,
  type ExportOptions,
  type FeatureView,
} from '@spotbench/core';
import { div, sub, tensor, zeros, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { StepFunction, TensorMap } from '../compile/contract.ts';
import { exportOnnx } from '../compile/export-onnx.ts';
import { OPSET } from '../compile/onnx/model.ts';
import type { ArraySpec, HostArrays } from '../host-array.ts';
import { writeSafetensors } from '../state/weights-file.ts';
import { featureShape } from './batch-arrays.ts';
import type { FittedState } from './fitted.ts';
import type { ImageInputs } from './image-inputs.ts';
import { referenceArrays } from './saved-state.ts';
import { meanName, standardiserArrays, stdName } from './view-standardiser.ts';

/** Inputs of an exported encoder: `expression`, `position`, and the frozen features or the images (0..1) of each view by its name. */
type Inputs = Readonly<Record<string, ArraySpec>>;

/** Writes the files of one trained model. B spots in a batch of the image encoder, `chunkSize` in one of the spot encoder. */
export async function exportContrastive(
  folder: string,
  { imageEncoder, spotEncoder }: ContrastiveMethod,
  state: FittedState,
  { batchSize = 1 }: ExportOptions = {},
): Promise<void> {
  const files = {
    'image-encoder.onnx': exportEncoder(imageEncoder, state, imageEncoderInputs(state, batchSize), batchSize),
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
  const read = new Set<string>();
  let width = 0;
  const forward: StepFunction = (arrays, inputs) => {
    const { embedding } = encoder.encode(arrays, watched(arrays, inputs, state, B, read), 'eval');
    width = embedding.shape[1];
    return { state: {}, outputs: { embedding } };
  };
  const weights = Object.keys(encoder.parameters(state.sizes)).map((name) => [name, state.parameters[name]] as const);
  const { standardisers } = state.inputs;
  const scaling = standardisers === undefined ? {} : standardiserArrays(standardisers);
  const spec = { state: { ...Object.fromEntries(weights), ...scaling } satisfies HostArrays };
  exportOnnx(forward, { ...spec, inputs: given }); // finds out which inputs the encoder reads
  const inputs = Object.fromEntries(Object.entries(given).filter(([name]) => read.has(name)));
  const bytes = exportOnnx(forward, { ...spec, inputs });
  return { bytes, inputs, outputs: { embedding: { dtype: 'float32', shape: [B, width] } } };
}

/** The batch of a forward pass that notes which inputs are read; what is no input is zeros, as for queries. */
function watched(arrays: TensorMap, inputs: TensorMap, state: FittedState, B: number, read: Set<string>): Batch {
  const specs = inputsOf(state, B);
  const field = (name: string): Tensor => {
    read.add(name);
    const { shape, dtype } = specs[name];
    return inputs[name] ?? zeros([...shape], dtype);
  };
  const { views, images } = state.inputs;
  return {
    features: readWhenAsked(views, (view) => standardisedInput(field(view), view, arrays)),
    images: readWhenAsked(images?.views ?? [], (view) => normalisedImage(field(view), images!)) as Batch['images'],
    get expression() {
      return field('expression') as Tensor2D;
    },
    get position() {
      return field('position') as Tensor2D;
    },
    random: {},
  };
}

/** An object whose members are made when they are read. */
function readWhenAsked<Name extends string>(
  names: readonly Name[],
  make: (name: Name) => Tensor,
): Record<Name, Tensor> {
  const members = names.map((name) => [name, { get: () => make(name), enumerable: true }] as const);
  return Object.defineProperties({}, Object.fromEntries(members)) as Record<Name, Tensor>;
}

/** (image - mean) / std by channel, where the method's input pipeline normalises. */
function normalisedImage(image: Tensor, { augmentations }: ImageInputs): Tensor {
  const normalisation = normalisationOf(augmentations);
  if (normalisation === undefined) return image;
  const channels = (values: readonly number[]) => tensor([...values], [1, values.length, 1, 1]);
  return div(sub(image, channels(normalisation.mean)), channels(normalisation.std));
}

function standardisedInput(raw: Tensor, view: FeatureView, arrays: TensorMap): Tensor {
  const mean = arrays[meanName(view)] as Tensor | undefined;
  return mean === undefined ? raw : div(sub(raw, mean), arrays[stdName(view)]);
}

function inputsOf(state: FittedState, B: number): Inputs {
  return {
    ...imageEncoderInputs(state, B),
    expression: { dtype: 'float32', shape: [B, state.sizes.geneCount] },
    position: { dtype: 'int32', shape: [B, 2] },
  };
}

function imageEncoderInputs({ inputs, sizes }: FittedState, B: number): Inputs {
  const { featureWidth, tokens, imageSizePx } = sizes;
  const shapes = [
    ...inputs.views.map((view) => [view, featureShape(B, tokens[view] ?? 1, featureWidth)] as const),
    ...(inputs.images?.views ?? []).map((view) => [view, [B, 3, imageSizePx, imageSizePx]] as const),
  ];
  return Object.fromEntries(shapes.map(([view, shape]) => [view, { dtype: 'float32', shape }]));
}
