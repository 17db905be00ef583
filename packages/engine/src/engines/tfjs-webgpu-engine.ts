import { SpotbenchError } from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import { eagerEngine } from './eager-engine.ts';
import { initialiseBackend } from './tfjs-backend.ts';

/**
 * TensorFlow.js on a Vulkan, Metal or Direct3D 12 GPU, through Dawn (the `webgpu` package), op by op.
 *
 * @throws SpotbenchError `unsupported` where a package or a GPU is missing.
 */
export async function tfjsWebgpuEngine(): Promise<Engine> {
  await provideWebgpu();
  await load('@tensorflow/tfjs-backend-webgpu', () => import('@tensorflow/tfjs-backend-webgpu'));
  await initialiseBackend('webgpu');
  return eagerEngine('tfjs/webgpu', 'webgpu', 'webgpu');
}

interface WithGpu {
  gpu?: { requestAdapter(): Promise<object | null> };
}

/** TensorFlow.js looks for WebGPU where a browser has it: classes on the global object, `gpu` on the navigator. */
async function provideWebgpu(): Promise<void> {
  const browser = globalThis as { navigator?: WithGpu };
  if (browser.navigator?.gpu === undefined) {
    const { create, globals } = await load('webgpu', () => import('webgpu'));
    Object.assign(globalThis, globals);
    if (browser.navigator === undefined) {
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
    }
    Object.defineProperty(browser.navigator, 'gpu', { value: create([]), configurable: true });
  }
  if ((await browser.navigator!.gpu!.requestAdapter()) !== null) return;
  throw new SpotbenchError(
    'unsupported',
    'engine tfjs/webgpu: needed a Vulkan, Metal or Direct3D 12 GPU, Dawn found none; install a GPU driver ' +
      '(Linux: with Vulkan, and apt-get install libvulkan1), see docs/gpu.md',
  );
}

async function load<T>(name: string, importer: () => Promise<T>): Promise<T> {
  try {
    return await importer();
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new SpotbenchError(
      'unsupported',
      `engine tfjs/webgpu: needed the package ${name}, it did not load (${reason}); run npm ci without --omit=optional`,
      { cause },
    );
  }
}
