/**
 * Finds libtensorflow and its Node binding. Two npm packages carry the binding; neither carries libtensorflow, which
 * `npm run engine:tensorflow` adds, so a package that is there may still be unable to start.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { findBackend, getBackend, setBackend, type KernelBackend } from '@tensorflow/tfjs-core';

/** Devices of the `tensorflow` engine. */
export type TensorflowDevice = 'cuda' | 'cpu';

/** The command that adds what is missing. */
const ADD_TENSORFLOW = 'npm run engine:tensorflow';

/** Packages that can serve a device, best first. The build for CUDA runs on the CPU where there is no GPU. */
const PACKAGES: Readonly<Record<TensorflowDevice, readonly string[]>> = {
  cuda: ['@tensorflow/tfjs-node-gpu'],
  cpu: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
};

/** What was found of one package: where it is, and its binding and library files, where they are there. */
export interface TensorflowPackage {
  readonly name: string;
  readonly folder?: string;
  readonly binding?: string;
  readonly library?: string;
}

/** A started libtensorflow. One process can hold one. */
export interface LoadedTensorflow {
  readonly package: string;
  readonly usesGpu: boolean;
}

const require = createRequire(import.meta.url);
let loaded: LoadedTensorflow | undefined;

/** What is there of the packages that can serve a device; loads nothing. */
export function findTensorflow(device: TensorflowDevice, resolve = packageFolder): TensorflowPackage[] {
  return PACKAGES[device].map((name) => lookInto(name, resolve(name)));
}

/**
 * Starts libtensorflow for a device with that many CPU threads, all without; TensorFlow.js's backend `tensorflow` is registered then. The current backend stays.
 *
 * @throws SpotbenchError `unsupported` saying what was looked for, what was found and what to do.
 */
export async function loadTensorflow(device: TensorflowDevice, threads?: number): Promise<LoadedTensorflow> {
  // libtensorflow reads its settings from the environment, once, when it starts.
  if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  loaded ??= await start(device, findTensorflow(device));
  requireDevice(device, loaded);
  return loaded;
}

async function start(device: TensorflowDevice, found: readonly TensorflowPackage[]): Promise<LoadedTensorflow> {
  const complete = found.find(isComplete);
  if (complete === undefined) {
    const needed = 'needed libtensorflow and its Node binding';
    throw new SpotbenchError(
      'unsupported',
      `engine tensorflow/${device}: ${needed}, got ${found.map(describe).join('; ')}; run ${ADD_TENSORFLOW}${device === 'cpu' ? ' -- --cpu' : ''}`,
    );
  }
  // Without this libtensorflow writes a page about CPU features to standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const before = getBackend();
  requireBinding(device, complete);
  if (before) await setBackend(before);
  return {
    package: complete.name,
    usesGpu: (findBackend('tensorflow') as KernelBackend & NodeBackend).isUsingGpuDevice,
  };
}

/** What this file reads of the backend that the binding registers. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
}

function requireBinding(device: TensorflowDevice, { name, folder }: TensorflowPackage): void {
  try {
    require(folder!);
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n');
    throw new SpotbenchError(
      'unsupported',
      `engine tensorflow/${device}: ${name} did not load (${reason}); run ${ADD_TENSORFLOW}, or see docs/gpu.md for the CUDA and cuDNN it needs`,
      { cause },
    );
  }
}

function requireDevice(device: TensorflowDevice, { package: name, usesGpu }: LoadedTensorflow): void {
  if (usesGpu === (device === 'cuda')) return;
  const why = usesGpu
    ? 'a GPU; set CUDA_VISIBLE_DEVICES=-1 to compute on the CPU'
    : 'no CUDA GPU; see docs/gpu.md for the driver, CUDA and cuDNN it needs; TF_CPP_MIN_LOG_LEVEL=0 shows what it tried';
  throw new SpotbenchError(
    'unsupported',
    `engine tensorflow/${device}: needed ${name} to start on ${device}, it started and found ${why}`,
  );
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function lookInto(name: string, folder: string | undefined): TensorflowPackage {
  if (folder === undefined) return { name };
  const binding = filesIn(join(folder, 'lib'))
    .map((build) => join(folder, 'lib', build, 'tfjs_binding.node'))
    .find((path) => existsSync(path));
  const library = filesIn(join(folder, 'deps', 'lib')).find((file) => /^(lib)?tensorflow(_cc)?\./.test(file));
  return { name, folder, binding, library: library && join(folder, 'deps', 'lib', library) };
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

const isComplete = ({ binding, library }: TensorflowPackage): boolean => binding !== undefined && library !== undefined;

function describe({ name, folder, binding, library }: TensorflowPackage): string {
  if (folder === undefined) return `no package ${name}`;
  const missing = [
    ...(library === undefined ? ['no libtensorflow in deps/lib'] : []),
    ...(binding === undefined ? ['no tfjs_binding.node in lib/napi-v*'] : []),
  ];
  return `${name} with ${missing.join(' and ') || 'everything'}`;
}
