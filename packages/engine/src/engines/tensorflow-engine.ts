import type { Engine } from '../compile/contract.ts';
import { eagerEngine } from './eager-engine.ts';
import { loadTensorflow, type TensorflowDevice } from './tensorflow-library.ts';

/**
 * Steps run as they are, op by op, on libtensorflow: cuDNN and cuBLAS on `cuda`, oneDNN on `cpu`.
 *
 * @throws SpotbenchError `unsupported` saying what was looked for, what was found and what to do.
 */
export async function tensorflowEngine(
  device: TensorflowDevice,
  { threads }: { readonly threads?: number } = {},
): Promise<Engine> {
  await loadTensorflow(device, threads);
  return eagerEngine(`tensorflow/${device}`, device, 'tensorflow');
}
