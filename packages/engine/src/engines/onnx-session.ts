import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel, type OnnxModel } from '../compile/onnx/model.ts';
import type { HostArray } from '../host-array.ts';

/** Opens a session. @throws naming what ONNX Runtime did not accept. */
export async function openSession(
  model: OnnxModel,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(encodeModel(model), { ...SHARED_OPTIONS, ...options });
  } catch (cause) {
    throw new Error(`compile: ONNX Runtime refused the graph: ${(cause as Error).message}`, { cause });
  }
}

const SHARED_OPTIONS: InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'all',
  // One planned block for all intermediates is no faster and took 7.7 GB instead of 4.6 GB for a DenseNet-121 step.
  enableMemPattern: false,
  logSeverityLevel: 3,
  // Moments of near-dead weights decay into denormal numbers, which are many times slower to compute with.
  extra: { session: { set_denormal_as_zero: '1' } },
};

/** An ONNX Runtime tensor over the same memory. */
export function toTensor({ dtype, shape, data }: HostArray): Tensor {
  return new Tensor(dtype, data as Float32Array, shape);
}

/** A tensor that lies in host memory as a host array over the same memory. */
export function toHost(tensor: Tensor): HostArray {
  return { dtype: tensor.type as HostArray['dtype'], shape: tensor.dims, data: tensor.data as Float32Array };
}

export const copyOf = (array: HostArray): HostArray => ({ ...array, data: array.data.slice() });
