import type { FitContext } from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import { createEngine, requireEngine, type EngineChoice } from '../engines/create-engine.ts';

/** The engine a fit asks for; device `auto` is the engine's own default. @throws SpotbenchError `unknown-name`. */
export async function openEngine({
  engine,
  device,
  threads,
}: Pick<FitContext, 'engine' | 'device' | 'threads'>): Promise<Engine> {
  const name = engine as EngineChoice['name'];
  if (device === 'auto') return createEngine({ name, threads });
  requireEngine(engine, device);
  return createEngine({ name, device, threads });
}
