import { SpotbenchError } from '@spotbench/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ImageInput } from './image-input.ts';
import type { PatchNetwork } from './patch-network.ts';

/** Where a user's ONNX encoder is and how it wants to be fed. */
export interface OnnxNetworkOptions {
  /** Path of the .onnx file. */
  readonly path: string;
  readonly input: ImageInput;
  /** Names inside the file; needed only where there are several inputs or outputs. */
  readonly inputName?: string;
  readonly outputName?: string;
  /** Where the file leaves the batch open; else the file decides. */
  readonly batchSize: number;
  readonly threads?: number;
}

type Port = InferenceSession.TensorValueMetadata;

/**
 * Opens an ONNX file that maps float32 images [B, 3, S, S] to features [B, D] (or [B, D, 1, 1]).
 *
 * @throws SpotbenchError `missing-data` without a readable file; `bad-data` when it is no ONNX model or its input or output
 * is of another kind.
 */
export async function openOnnxNetwork(options: OnnxNetworkOptions): Promise<PatchNetwork> {
  const session = await openFile(options);
  try {
    return networkOf(session, options);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function networkOf(
  session: InferenceSession,
  { path, input, inputName, outputName, batchSize }: OnnxNetworkOptions,
): PatchNetwork {
  const entry = pick(path, 'input', session.inputMetadata, inputName);
  const exit = pick(path, 'output', session.outputMetadata, outputName);
  checkInput(path, entry, input);
  const B = typeof entry.shape[0] === 'number' && entry.shape[0] > 0 ? entry.shape[0] : batchSize;
  const width = featureWidth(path, exit);
  const shape = [B, 3, input.sizePx, input.sizePx];
  return {
    input,
    width,
    batchSize: B,
    async run(images) {
      const results = await session.run({ [entry.name]: new Tensor('float32', images, shape) }, [exit.name]);
      const { data, dims } = results[exit.name];
      if (data.length === B * width) return data as Float32Array;
      throw new SpotbenchError('bad-data', `${path}: needed features [${B}, ${width}], got [${dims.join(', ')}]`);
    },
    dispose: () => session.release(),
  };
}

async function openFile({ path, threads }: OnnxNetworkOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
    });
  } catch (cause) {
    const { message } = cause as Error;
    const tag = /exist|open|no such file/i.test(message) ? 'missing-data' : 'bad-data';
    throw new SpotbenchError(tag, `${path}: needed an ONNX model, ONNX Runtime says: ${message}`, { cause });
  }
}

/** The port of that name, or the only one. */
function pick(path: string, kind: string, ports: readonly InferenceSession.ValueMetadata[], name?: string): Port {
  const tensors = ports.filter((port): port is Port => port.isTensor);
  const found = name === undefined && tensors.length === 1 ? tensors[0] : tensors.find((port) => port.name === name);
  if (found !== undefined) return found;
  const asked = name === undefined ? `one ${kind}` : `an ${kind} named "${name}"`;
  throw new SpotbenchError(
    'bad-data',
    `${path}: needed ${asked}, got ${tensors.map((port) => port.name).join(', ')}; name the ${kind} in the encoder's record`,
  );
}

function checkInput(path: string, { name, type, shape }: Port, { sizePx }: ImageInput): void {
  const wanted = [undefined, 3, sizePx, sizePx];
  const fits = wanted.every(
    (side, axis) => side === undefined || typeof shape[axis] !== 'number' || fitsSide(shape[axis], side),
  );
  if (type === 'float32' && shape.length === 4 && fits) return;
  throw new SpotbenchError(
    'bad-data',
    `${path}: needed a float32 input [B, 3, ${sizePx}, ${sizePx}], got ${name} ${type}[${shape.join(', ')}]; correct the size in the encoder's record or export the model again`,
  );
}

/** Dimensions that the file leaves open are not positive. */
const fitsSide = (side: number, wanted: number): boolean => side <= 0 || side === wanted;

/** D of [B, D] or [B, D, 1, 1]. */
function featureWidth(path: string, { name, type, shape }: Port): number {
  const [, D, ...rest] = shape;
  if (type === 'float32' && typeof D === 'number' && D > 0 && rest.every((side) => side === 1)) return D;
  throw new SpotbenchError(
    'bad-data',
    `${path}: needed float32 features [B, D], got ${name} ${type}[${shape.join(', ')}]; export the model with pooling and without a classifier`,
  );
}
