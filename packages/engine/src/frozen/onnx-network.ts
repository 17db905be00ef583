import { existsSync } from 'node:fs';
import { SpotbenchError } from '@spotbench/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ImageInput } from './image-input.ts';
import { batchAt, type NetworkRequest } from './network-request.ts';
import type { PatchNetwork } from './patch-network.ts';

/** Where a user's ONNX encoder is and how it wants to be fed. */
export interface OnnxFileOptions {
  /** Path of the .onnx file. */
  readonly path: string;
  readonly input: ImageInput;
  /** Names inside the file; needed only where there are several inputs or outputs. */
  readonly inputName?: string;
  readonly outputName?: string;
  /** An output [B, T, D] beside the pooled one. */
  readonly tokensOutputName?: string;
  /** Images of `input.sizePx` at once where the file leaves the batch open; else the file decides. */
  readonly batchSize: number;
  readonly threads?: number;
}

/** An ONNX file that is open: what it can do, and as a network. */
export interface OnnxFile {
  /** Features of an image or of a token, D. */
  readonly width: number;
  readonly hasTokens: boolean;
  /** Whether the file leaves the size of images open. */
  readonly anySize: boolean;
  /** The file for images of that size; whoever disposes it closes the file. */
  network(request: NetworkRequest): PatchNetwork;
  /** For a file that no network was asked of. */
  close(): Promise<void>;
}

type Port = InferenceSession.TensorValueMetadata;

/**
 * Opens an ONNX file that maps float32 images [B, 3, S, S] to features [B, D] (or [B, D, 1, 1]) or to tokens [B, T, D]; of
 * tokens without another output the pooled features are the mean.
 *
 * @throws SpotbenchError `missing-data` without a readable file; `bad-data` when it is no ONNX model or its input or output
 * is of another kind.
 */
export async function openOnnxFile(options: OnnxFileOptions): Promise<OnnxFile> {
  const session = await openSession(options);
  try {
    return fileOf(session, options);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function fileOf(session: InferenceSession, options: OnnxFileOptions): OnnxFile {
  const { path, input, inputName, outputName, tokensOutputName, batchSize } = options;
  const entry = pick(path, 'input', session.inputMetadata, inputName);
  checkInput(path, entry, input);
  const pooled = exitOf(path, pick(path, 'output', session.outputMetadata, outputName));
  const tokens = tokensExit(path, session, pooled, tokensOutputName);
  const width = pooled.width;
  return {
    width,
    hasTokens: tokens !== undefined,
    close: () => session.release(),
    anySize: [2, 3].every((axis) => !isFixed(entry.shape[axis])),
    network(request) {
      const B = isFixed(entry.shape[0]) ? entry.shape[0] : batchAt(batchSize, input.sizePx, request);
      const shape = [B, 3, request.sizePx, request.sizePx];
      const exit = request.output === 'tokens' ? tokens! : pooled;
      return {
        input: { ...input, sizePx: request.sizePx },
        width,
        batchSize: B,
        async run(images) {
          const values = await runFile(session, path, exit, { [entry.name]: new Tensor('float32', images, shape) }, B);
          return request.output === 'pooled' && exit.tokens ? tokenMeans(values, B, width) : values;
        },
        dispose: () => session.release(),
      };
    },
  };
}

async function runFile(
  session: InferenceSession,
  path: string,
  { name, width, tokens }: Exit,
  feeds: Record<string, Tensor>,
  B: number,
): Promise<Float32Array> {
  const results = await session.run(feeds, [name]).catch((cause: unknown) => {
    const [[entry, { dims }]] = Object.entries(feeds);
    const what = `${path}: needed a network that takes ${entry} [${dims.join(', ')}]`;
    throw new SpotbenchError('bad-data', `${what}, ONNX Runtime says: ${(cause as Error).message}`, { cause });
  });
  const { data, dims } = results[name];
  const fits = tokens ? dims.length === 3 && dims[0] === B && dims[2] === width : data.length === B * width;
  if (fits) return data as Float32Array;
  const needed = tokens ? `tokens [${B}, T, ${width}]` : `features [${B}, ${width}]`;
  throw new SpotbenchError('bad-data', `${path}: needed ${needed}, got [${dims.join(', ')}]`);
}

/** Mean over tokens: [B, T, D] to [B, D]. */
function tokenMeans(values: Float32Array, B: number, D: number): Float32Array {
  const T = values.length / (B * D);
  return Float32Array.from({ length: B * D }, (_, at) => {
    const [b, d] = [Math.floor(at / D), at % D];
    let sum = 0;
    for (let t = 0; t < T; t++) sum += values[(b * T + t) * D + d];
    return sum / T;
  });
}

async function openSession({ path, threads }: OnnxFileOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
    });
  } catch (cause) {
    const { message } = cause as Error;
    const tag = existsSync(path) ? 'bad-data' : 'missing-data';
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
  const fits = wanted.every((side, axis) => side === undefined || !isFixed(shape[axis]) || shape[axis] === side);
  if (type === 'float32' && shape.length === 4 && fits) return;
  throw new SpotbenchError(
    'bad-data',
    `${path}: needed a float32 input [B, 3, ${sizePx}, ${sizePx}], got ${name} ${type}[${shape.join(', ')}]; correct the size in the encoder's record or export the model again`,
  );
}

/** Dimensions that the file leaves open have a name, or are not positive. */
function isFixed(side: number | string | undefined): side is number {
  return typeof side === 'number' && side > 0;
}

/** An output of the file. */
interface Exit {
  readonly name: string;
  readonly width: number;
  /** [B, T, D] rather than [B, D]. */
  readonly tokens: boolean;
}

/** Reads [B, D], [B, D, 1, 1] or [B, T, D]. */
function exitOf(path: string, { name, type, shape }: Port): Exit {
  const tokens = shape.length === 3 && shape[2] !== 1;
  const width = shape[tokens ? 2 : 1];
  const flat = tokens || shape.slice(2).every((side) => side === 1);
  if (type === 'float32' && shape.length >= 2 && isFixed(width) && flat) return { name, width, tokens };
  throw new SpotbenchError(
    'bad-data',
    `${path}: needed float32 features [B, D] or tokens [B, T, D], got ${name} ${type}[${shape.join(', ')}]; export the model with pooling and without a classifier`,
  );
}

/** The output with the tokens: the one that is named, or the only one where it has them. */
function tokensExit(path: string, session: InferenceSession, pooled: Exit, name?: string): Exit | undefined {
  if (name === undefined) return pooled.tokens ? pooled : undefined;
  const exit = exitOf(path, pick(path, 'output', session.outputMetadata, name));
  if (exit.tokens && exit.width === pooled.width) return exit;
  throw new SpotbenchError(
    'bad-data',
    `${path}: needed tokens [B, T, ${pooled.width}] as wide as the features, got ${name} with ${exit.tokens ? exit.width : 'no tokens'}; ` +
      `correct the encoder's record`,
  );
}
