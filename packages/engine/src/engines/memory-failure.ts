import { isSpotbenchError, SpotbenchError } from '@spotbench/core';
import type { CompiledStep, Engine } from '../compile/contract.ts';

/**
 * What libraries say when there is no room. None has a code for it: ONNX Runtime gives RUNTIME_EXCEPTION or FAIL for this as
 * for everything else (microsoft/onnxruntime#16307).
 */
const MESSAGES: readonly RegExp[] = [
  /failed to allocate memory for requested buffer/i, // ONNX Runtime's arena, any device (#20038)
  /bad_alloc|bad allocation/, // ONNX Runtime without its arena, Linux and Windows (#16305)
  /out of memory/i, // CUDA's "failure 2", Dawn's "device error(2)" (#25195)
  /(CUBLAS|CUDNN)_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation/,
  /VK_ERROR_OUT_OF_(DEVICE|HOST|POOL)_MEMORY/,
  /exceeds the max buffer size limit/i, // Dawn, one array larger than a buffer may be
  /OOM when allocating tensor|resource exhausted/i, // libtensorflow (tensorflow/tfjs#808)
  /array buffer allocation failed/i, // V8
  /invalid (typed )?array( buffer)? length: \d{9,}/i, // V8, beyond the longest array
];

/** True when a library says that there was no memory. */
export function isMemoryFailure(error: unknown): boolean {
  if (isSpotbenchError(error)) return error.tag === 'out-of-memory';
  return error instanceof Error && MESSAGES.some((message) => message.test(error.message));
}

/**
 * The same engine; where there is no memory, to compile as to run, it rejects with SpotbenchError `out-of-memory` that
 * names the engine and what the library said.
 */
export function namingMemoryFailures(engine: Engine): Engine {
  const named = <T>(work: () => Promise<T>): Promise<T> => work().catch(rethrow);
  const rethrow = (cause: unknown): never => {
    if (isSpotbenchError(cause) || !isMemoryFailure(cause)) throw cause;
    throw new SpotbenchError(
      'out-of-memory',
      `engine ${engine.name}: needed more memory than there is (${(cause as Error).message.trim()}); use a smaller batch or another device`,
      { cause },
    );
  };
  const namedStep = (step: CompiledStep): CompiledStep => ({
    run: (inputs) => named(() => step.run(inputs)),
    readState: () => named(() => step.readState()),
    writeState: (state) => named(() => step.writeState(state)),
    dispose: () => step.dispose(),
  });
  return {
    ...engine,
    compile: (step, spec) => named(async () => namedStep(await engine.compile(step, spec))),
  };
}
