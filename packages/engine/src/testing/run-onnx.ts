import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { HostArray, HostArrays } from '../host-array.ts';

/** Runs an .onnx file once in ONNX Runtime, with nothing of the engine in between. */
export async function runOnnx(path: string, inputs: HostArrays): Promise<HostArrays> {
  const session = await InferenceSession.create(path, { executionProviders: ['cpu'] });
  const feeds = Object.entries(inputs).map(
    ([name, { dtype, shape, data }]) => [name, new Tensor(dtype, data as Float32Array, shape)] as const,
  );
  const results = await session.run(Object.fromEntries(feeds));
  const outputs = Object.entries(results).map(
    ([name, { type, dims, data }]) =>
      [name, { dtype: type as HostArray['dtype'], shape: dims, data: data as Float32Array }] as const,
  );
  await session.release();
  return Object.fromEntries(outputs);
}
