import { unknownName, type FitContext } from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import { createEngine, engineNames, type EngineChoice } from '../engines/create-engine.ts';

/** The engine a fit asks for; device `auto` is the engine's own default. @throws SpotbenchError `unknown-name`. */
export async function openEngine({
  engine,
  device,
  threads,
}: Pick<FitContext, 'engine' | 'device' | 'threads'>): Promise<Engine> {
  const families = [...new Set(engineNames.map((name) => name.split('/')[0]))];
  if (!families.includes(engine)) throw unknownName('engine', engine, families);
  if (device === 'auto') return createEngine({ name: engine as EngineChoice['name'], threads });
  const devices = engineNames.filter((name) => name.startsWith(`${engine}/`)).map((name) => name.split('/')[1]);
  if (!devices.includes(device)) throw unknownName(`device of engine ${engine}`, device, devices);
  return createEngine({ name: engine as EngineChoice['name'], device, threads });
}
