import { existsSync } from 'node:fs';
import { SpotbenchError, unknownName } from '@spotbench/core';
import { engineNames, requireEngine } from './create-engine.ts';
import type { EngineProbe } from './probe-engine.ts';

/** What a user asked for; either may be `auto`. */
export interface EngineRequest {
  readonly engine: string;
  readonly device: string;
}

/** An engine and a device, and why these. */
export interface ChosenEngine extends EngineRequest {
  readonly reason: string;
}

/** How the machine is looked at; tests put their own in. */
export interface MachineView {
  readonly hasNvidia: () => boolean;
  readonly probe: (engine: string, device: string) => Promise<EngineProbe>;
}

/**
 * Candidates for a half-open request, best first. WebGPU is taken only where it is asked for: a software renderer is an
 * adapter too, and slower than the CPU.
 */
const PREFERENCE = [
  'tensorflow/cuda',
  'onnx/cuda',
  'onnx/cpu',
  'onnx/webgpu',
  'tensorflow/cpu',
  'tfjs/js',
  'tfjs/wasm',
  'tfjs/webgpu',
];

/** Engines that `auto` alone may choose. */
const AUTO = ['tensorflow/cuda', 'onnx/cpu'];

/** @throws SpotbenchError `unknown-name` for an engine or device that does not exist, naming the nearest. */
export function checkEngineRequest({ engine, device }: EngineRequest): void {
  const [families, devices] = [0, 1].map((part) => [...new Set(engineNames.map((key) => key.split('/')[part]))]);
  if (engine !== 'auto' && !families.includes(engine)) throw unknownName('engine', engine, [...families, 'auto']);
  if (device === 'auto') return;
  if (engine !== 'auto') requireEngine(engine, device);
  else if (!devices.includes(device)) throw unknownName('device', device, [...devices, 'auto']);
}

/**
 * The engine and device to use. Both given: these, without a trial. Otherwise the best that fits and computes here;
 * CUDA is tried only where an NVIDIA device is present.
 *
 * @throws SpotbenchError `unknown-name` as `checkEngineRequest`, `unsupported` when nothing that fits computes here.
 */
export async function chooseEngine(request: EngineRequest, machine: MachineView = thisMachine): Promise<ChosenEngine> {
  checkEngineRequest(request);
  if (request.engine !== 'auto' && request.device !== 'auto') return { ...request, reason: 'asked for' };
  const tried: string[] = [];
  for (const key of candidates(request)) {
    const [engine, device] = key.split('/');
    const why = await unfit(engine, device, machine);
    if (why === undefined) return { engine, device, reason: ['auto', ...tried].join('; ') };
    tried.push(`${key}: ${why}`);
  }
  throw new SpotbenchError(
    'unsupported',
    `engine ${request.engine}, device ${request.device}: nothing that fits computes here: ${tried.join('; ')}`,
  );
}

function candidates({ engine, device }: EngineRequest): readonly string[] {
  if (engine === 'auto' && device === 'auto') return AUTO;
  return PREFERENCE.filter((key) => {
    const [family, place] = key.split('/');
    return (engine === 'auto' || family === engine) && (device === 'auto' || place === device);
  });
}

/** Why an engine is not taken, or undefined. */
async function unfit(engine: string, device: string, { hasNvidia, probe }: MachineView): Promise<string | undefined> {
  if (device === 'cuda' && !hasNvidia()) return 'no NVIDIA device';
  if (engine === 'onnx' && device === 'cpu') return undefined; // inside the npm package: what everything else needs too
  const { ready, found } = await probe(engine, device);
  return ready ? undefined : found;
}

/** The kernel driver's device files (Linux, WSL) or library (Windows). */
function hasNvidiaDevice(): boolean {
  return ['/dev/nvidiactl', '/dev/dxg', 'C:\\Windows\\System32\\nvcuda.dll'].some((path) => existsSync(path));
}

const thisMachine: MachineView = {
  hasNvidia: hasNvidiaDevice,
  // Loaded where something is tried: TensorFlow.js takes longer to load than a cached run takes.
  probe: async (engine, device) => (await import('./probe-engine.ts')).probeEngine(engine, device),
};
