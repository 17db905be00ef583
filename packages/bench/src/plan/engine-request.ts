import type { EngineRequest } from '@spotbench/engine';

/** Environment variables that carry the engine and device from `spotbench run` to its cells; unset and empty are `auto`. */
export const ENGINE_VARIABLE = 'SPOTBENCH_ENGINE';
export const DEVICE_VARIABLE = 'SPOTBENCH_DEVICE';

/** What the options ask for, else the environment, else `auto`. */
export function engineRequest({ engine, device }: Partial<EngineRequest>): EngineRequest {
  return {
    engine: engine ?? nonEmpty(process.env[ENGINE_VARIABLE]) ?? 'auto',
    device: device ?? nonEmpty(process.env[DEVICE_VARIABLE]) ?? 'auto',
  };
}

/**
 * The environment of cells that are to run on `chosen`. Where `auto` came to onnx/cpu the variables stay empty, so that
 * the task cache serves `spotbench run` and a cell started by hand alike.
 */
export function engineEnvironment(request: EngineRequest, chosen: EngineRequest): Readonly<Record<string, string>> {
  const isDefault = request.engine === 'auto' && request.device === 'auto' && isOnnxCpu(chosen);
  return {
    [ENGINE_VARIABLE]: isDefault ? '' : chosen.engine,
    [DEVICE_VARIABLE]: isDefault ? '' : chosen.device,
  };
}

/** True for the engine that every machine has. */
export function isOnnxCpu({ engine, device }: EngineRequest): boolean {
  return engine === 'onnx' && device === 'cpu';
}

/** True where cells must not run side by side: one GPU serves one at a time. */
export function isGpu({ device }: EngineRequest): boolean {
  return device === 'cuda' || device === 'webgpu';
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
