import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { findBackend } from '@tensorflow/tfjs-core';
import type { Engine } from '../compile/contract.ts';
import { eagerEngine } from './eager-engine.ts';
import { initialiseBackend } from './tfjs-backend.ts';
import { registerWasmSegmentSum } from './wasm-segment-sum.ts';

/** TensorFlow.js in plain JavaScript: slow, and the reference the other engines are checked against. */
export async function tfjsJsEngine(): Promise<Engine> {
  await import('@tensorflow/tfjs-backend-cpu');
  await initialiseBackend('cpu');
  silenceAdvertisement(findBackend('cpu'));
  return eagerEngine('tfjs/js', 'cpu', 'cpu');
}

/** TensorFlow.js on WebAssembly (SIMD). It has no gradient of a convolution's filter. */
export async function tfjsWasmEngine(): Promise<Engine> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(main)}/`);
  await initialiseBackend('wasm');
  registerWasmSegmentSum();
  return eagerEngine('tfjs/wasm', 'cpu', 'wasm');
}

/** On first use in Node the plain backend prints an advertisement for another package; standard error is ours. */
function silenceAdvertisement(backend: object): void {
  (backend as { firstUse: boolean }).firstUse = false;
}
