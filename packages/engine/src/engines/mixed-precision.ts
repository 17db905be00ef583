import { SpotbenchError } from '@spotbench/core';
import { halfProducts, type HalfOptions } from '../compile/precision/half-products.ts';
import type { Precision } from '../compile/precision/precision.ts';
import type { TracedStep } from '../compile/trace.ts';

/** A traced step in the precision asked for, float32 where none is. */
export function inPrecision(traced: TracedStep, precision: Precision = 'float32', options?: HalfOptions): TracedStep {
  return precision === 'mixed' ? { ...traced, model: halfProducts(traced.model, options) } : traced;
}

/** What is asked of a WebGPU adapter. */
export interface Adapter {
  readonly features: { has(name: string): boolean };
}

/** @throws SpotbenchError `unsupported`: an engine that runs ops one by one has no graph to change. */
export function refuseMixedEager(engine: string): never {
  throw refusal(engine, 'an engine that compiles, this one runs op by op', 'use onnx/cuda or onnx/webgpu');
}

/** @throws SpotbenchError `unsupported` on a CPU, which would only convert to and fro, unless it is to be imitated. */
export function requireMixedOnHost(engine: string, imitate: boolean): void {
  if (engine !== 'onnx/cpu' || imitate) return;
  throw refusal(engine, 'a GPU: a CPU computes in float32 whatever it is given, and would be slower', 'use float32');
}

/** @throws SpotbenchError `unsupported` where the GPU's driver has no float16 in shaders. */
export async function requireMixedOnWebgpu(findAdapter: () => Promise<Adapter | null> = firstAdapter): Promise<void> {
  const adapter = await findAdapter();
  if (adapter?.features.has('shader-f16')) return;
  const found = adapter === null ? 'found no GPU' : 'this GPU has it not';
  throw refusal('onnx/webgpu', `the WebGPU feature shader-f16, ${found}`, 'use float32 or update the driver');
}

function refusal(engine: string, needed: string, advice: string): SpotbenchError {
  return new SpotbenchError('unsupported', `engine ${engine}: mixed precision needs ${needed}; ${advice}`);
}

/** The adapter that Dawn takes; ONNX Runtime's WebGPU provider takes the same. */
async function firstAdapter(): Promise<Adapter | null> {
  const { create } = await import('webgpu');
  return create([]).requestAdapter();
}
