import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel, type OnnxModel } from '../compile/onnx/model.ts';
import type { ArraySpec, HostArray } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';

/** Opens a session. @throws naming what ONNX Runtime did not accept. */
export async function openSession(
  model: OnnxModel,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return openBytes(encodeModel(model), options);
}

/** Opens a session on an encoded graph. @throws naming what ONNX Runtime did not accept. */
export async function openBytes(
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, { ...SHARED_OPTIONS, ...options });
  } catch (cause) {
    throw new Error(`compile: ONNX Runtime refused the graph: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Graph passes of ONNX Runtime that find nothing in our graphs: each walks all 10,000 nodes of a training step, most of them
 * twice. Common subexpressions are merged while tracing; ONNX Runtime 1.30's own pass reports a change every time it runs
 * and so has its whole level repeated ten times (12 of 17 s for ResNet-50 with MobileViT-S).
 */
const IDLE_PASSES = [
  'CommonSubexpressionElimination',
  'ConstantSharing',
  'EnsureUniqueDQForNodeUnit',
  'DoubleQDQPairsRemover',
  'QDQPropagationTransformer',
  'QDQS8ToU8Transformer',
  'QDQSelectorActionTransformer',
  'QDQFinalCleanupTransformer',
  'WeightBiasQuantization',
  'WhereDummyDq',
  'MatMulIntegerToFloatFusion',
  'DynamicQuantizeMatMulFusion',
  'MatMulNBitsFusion',
  'SliceConcatToSpaceToDepthFusion',
  'GatherToSliceFusion',
  'SimplifiedLayerNormFusion',
  'EmbedLayerNormFusion',
  'SkipLayerNormFusion',
  'BiasSkipLayerNormFusion',
  'AttentionFusion',
  'GroupQueryAttentionFusion',
  'GroupQueryAttentionPreNormFusion',
  'FastGeluFusion',
  'BiasDropoutFusion',
];

const SHARED_OPTIONS: InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'all',
  // One planned block for all intermediates is no faster and took 7.7 GB instead of 4.6 GB for a DenseNet-121 step.
  enableMemPattern: false,
  logSeverityLevel: 3,
  // Moments of near-dead weights decay into denormal numbers, which are many times slower to compute with.
  extra: {
    session: { set_denormal_as_zero: '1' },
    optimization: { disable_specified_optimizers: IDLE_PASSES.join(';') },
  },
};

/** An ONNX Runtime tensor over the same memory. */
export function toTensor({ dtype, shape, data }: HostArray): Tensor {
  return new Tensor(dtype, data as Float32Array, shape);
}

/** An ONNX Runtime tensor of zeros, to be written by a session. */
export function emptyTensor({ dtype, shape }: ArraySpec): Tensor {
  const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  return toTensor({ dtype, shape, data: new kinds[dtype](sizeOf(shape)) });
}

/** A tensor that lies in host memory as a host array over the same memory. */
export function toHost(tensor: Tensor): HostArray {
  return { dtype: tensor.type as HostArray['dtype'], shape: tensor.dims, data: tensor.data as Float32Array };
}

export const copyOf = (array: HostArray): HostArray => ({ ...array, data: array.data.slice() });
