import { readFileSync } from 'node:fs';
import { matMul, sum, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { SpotbenchError } from '@spotbench/core';
import { createEngine } from './create-engine.ts';
import { isMemoryFailure, namingMemoryFailures } from './memory-failure.ts';

/** As libraries say it. */
const REAL = [
  "Non-zero status code returned while running MatMul node. Name:'BatchMatMul_0' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 200704000000",
  "Non-zero status code returned while running MatMul node. Name:'BatchMatMul_0' Status Message: std::bad_alloc",
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);',
  'WebGPU device error(2): Out of memory',
  'Buffer size (3185049600) exceeds the max buffer size limit (1073741824)',
  'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
  'Resource exhausted: OOM when allocating tensor with shape[1,187,103,4] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
  'Array buffer allocation failed',
  'Invalid typed array length: 50176000000',
];
const OTHER = [
  "Non-zero status code returned while running Gather node. Name:'GatherV2_3' Status Message: indices element out of data bounds, idx=9 must be within the inclusive range [-4,3]",
  'compile: ONNX Runtime refused the graph: This is an invalid model',
  'Invalid typed array length: -1',
];

test.each(REAL)('a memory failure: %s', (message) => {
  expect(isMemoryFailure(new Error(message))).toBe(true);
});

test.each(OTHER)('another failure: %s', (message) => {
  expect(isMemoryFailure(new Error(message))).toBe(false);
});

test('where there is memory for neither graph nor run, the error names the engine; others pass as they are', async () => {
  const failing = (error: Error) =>
    namingMemoryFailures({
      name: 'onnx/cuda',
      device: 'cuda',
      compile: () =>
        Promise.resolve({
          run: () => Promise.reject(error),
          readState: () => Promise.reject(error),
          writeState: () => Promise.reject(error),
          dispose: () => Promise.resolve(),
        }),
    });
  const compiled = async (error: Error) =>
    failing(error).compile(() => ({ state: {}, outputs: {} }), { state: {}, inputs: {} });
  const full = await compiled(new Error(REAL[2]));
  const message = /^engine onnx\/cuda: needed more memory than there is \(CUDA failure 2/;
  for (const call of [full.run({}), full.readState(), full.writeState({})]) {
    await expect(call).rejects.toMatchObject({
      tag: 'out-of-memory',
      message: expect.stringMatching(message) as string,
    });
  }
  const wrong = new SpotbenchError('bad-data', 'about something out of memory');
  await expect((await compiled(wrong)).run({})).rejects.toBe(wrong);
});

/** Where the kernel promises memory that is not there, asking for it ends the process instead. */
const refuses = process.platform === 'linux' && readFileSync('/proc/sys/vm/overcommit_memory', 'utf8').trim() !== '1';

describe.skipIf(!refuses)('200 GB on this machine (skipped where the kernel does not refuse them)', () => {
  test.each([{}, { lowMemory: true }, { name: 'tfjs', device: 'js' }] as const)('%j', async (choice) => {
    const engine = await createEngine(choice);
    const N = 224_000;
    const spec = (shape: number[]) => ({ dtype: 'float32' as const, shape, data: new Float32Array(N) });
    const inputs = { a: spec([N, 1]), b: spec([1, N]) };
    const step = await engine.compile(
      (_state, { a, b }) => ({ state: {}, outputs: { total: sum(matMul(a as Tensor2D, b as Tensor2D)) } }),
      { state: {}, inputs },
    );
    await expect(step.run(inputs)).rejects.toMatchObject({ tag: 'out-of-memory' });
    await step.dispose();
  });
});
