import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { engine, findBackend } from '@tensorflow/tfjs-core';
import { withBackend } from '../compile/backend-switch.ts';
import type { Engine } from '../compile/contract.ts';
import { eagerEngine } from './eager-engine.ts';

/** TensorFlow.js in plain JavaScript: slow, and the reference the other engines are checked against. */
export async function tfjsJsEngine(): Promise<Engine> {
  await import('@tensorflow/tfjs-backend-cpu');
  await initialise('cpu');
  silenceAdvertisement(findBackend('cpu'));
  return eagerEngine('tfjs/js', 'cpu', 'cpu');
}

/** TensorFlow.js on WebAssembly (SIMD). It has no gradient of a convolution's filter. */
export async function tfjsWasmEngine(): Promise<Engine> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(main)}/`);
  await initialise('wasm');
  return eagerEngine('tfjs/wasm', 'cpu', 'wasm');
}

/**
 * Starts a backend without TensorFlow.js's own asynchronous switch, during which no other engine could run: the backend is
 * made first and then registered ready-made, so that from here on switching to it is synchronous.
 */
async function initialise(name: string): Promise<void> {
  const { registry } = engine();
  if (name in registry) return;
  const backend = await engine().findBackendFactory(name)();
  if (name in registry) return; // another engine was faster
  engine().removeBackend(name);
  engine().registerBackend(name, () => backend);
  withBackend(name, () => undefined);
}

/** On first use in Node the plain backend prints an advertisement for another package; standard error is ours. */
function silenceAdvertisement(backend: object): void {
  (backend as { firstUse: boolean }).firstUse = false;
}
