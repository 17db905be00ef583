import { unknownName } from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import { namingMemoryFailures } from './memory-failure.ts';

/** Which engine to make; `onnx` on the CPU unless told otherwise. */
export interface EngineChoice {
  readonly name?: 'onnx' | 'tensorflow' | 'tfjs';
  /** `onnx`: cpu, cuda, webgpu (a Vulkan, Metal or D3D12 GPU). `tensorflow`: cuda, cpu. `tfjs`: js (the reference), wasm, webgpu. */
  readonly device?: string;
  /** CPU threads of an ONNX Runtime session, or of libtensorflow. */
  readonly threads?: number;
  /** `onnx/cpu`: less memory for more time; see `OnnxEngineOptions`. */
  readonly lowMemory?: boolean;
  /** `onnx/cpu`, for tests: computes mixed precision as a GPU would. */
  readonly imitateMixed?: boolean;
}

type EngineFactory = (choice: EngineChoice) => Promise<Engine>;

/** Factories by `name/device`; each loads its library on first use. */
const FACTORIES: Readonly<Record<string, EngineFactory>> = {
  'onnx/cpu': async (choice) => (await import('./onnx-cpu-engine.ts')).onnxCpuEngine(choice),
  'onnx/cuda': async () => (await import('./onnx-cpu-engine.ts')).onnxCudaEngine(),
  'onnx/webgpu': async () => (await import('./onnx-webgpu-engine.ts')).onnxWebgpuEngine(),
  'tensorflow/cuda': async (choice) => (await import('./tensorflow-engine.ts')).tensorflowEngine('cuda', choice),
  'tensorflow/cpu': async (choice) => (await import('./tensorflow-engine.ts')).tensorflowEngine('cpu', choice),
  'tfjs/js': async () => (await import('./tfjs-engines.ts')).tfjsJsEngine(),
  'tfjs/webgpu': async () => (await import('./tfjs-webgpu-engine.ts')).tfjsWebgpuEngine(),
  'tfjs/wasm': async () => (await import('./tfjs-engines.ts')).tfjsWasmEngine(),
};

const DEFAULT_DEVICE = { onnx: 'cpu', tensorflow: 'cuda', tfjs: 'js' } as const;

/** The names `createEngine` knows, as `name/device`. */
export const engineNames: readonly string[] = Object.keys(FACTORIES);

/** `name/device` of an engine that exists. @throws SpotbenchError `unknown-name` naming the nearest. */
export function requireEngine(name: string, device: string): string {
  const families = [...new Set(engineNames.map((key) => key.split('/')[0]))];
  if (!families.includes(name)) throw unknownName('engine', name, families);
  const devices = engineNames.filter((key) => key.startsWith(`${name}/`)).map((key) => key.split('/')[1]);
  if (!devices.includes(device)) throw unknownName(`device of engine ${name}`, device, devices);
  return `${name}/${device}`;
}

/**
 * Makes an engine. What it compiles rejects with `out-of-memory` where there is no room.
 *
 * @throws if the engine or device is unknown or cannot start here.
 */
export async function createEngine(choice: EngineChoice = {}): Promise<Engine> {
  const name = choice.name ?? 'onnx';
  const key = `${name}/${choice.device ?? DEFAULT_DEVICE[name]}`;
  if (!(key in FACTORIES)) throw new Error(`createEngine: needed one of ${engineNames.join(', ')}, got ${key}`);
  return namingMemoryFailures(await FACTORIES[key](choice));
}
