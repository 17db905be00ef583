import { lookUp, unknownName, type Regime } from '@spotbench/core';
import type { Datasets } from '../datasets/schema.ts';
import type { MethodEntry } from '../registry/methods.ts';

/** What a user asked to run; an absent list means everything that runs by default. */
export interface Selection {
  readonly datasets?: readonly string[];
  readonly protocols?: readonly string[];
  readonly methods?: readonly string[];
  /** Frozen encoders; the one that needs no download where absent. */
  readonly encoders?: readonly string[];
  /** `frozen` alone where absent. */
  readonly regimes?: readonly Regime[];
  /** Image encoders that are trained start from random numbers instead of pretrained weights. */
  readonly fromScratch?: boolean;
  readonly folds?: readonly number[];
  readonly seeds?: readonly number[];
}

const REGIMES: readonly string[] = ['frozen', 'finetune'] satisfies readonly Regime[];

/** @throws SpotbenchError `unknown-name` for a data set, protocol or method that is not defined, naming the nearest. */
export function checkSelection(
  selection: Selection,
  datasets: Datasets,
  methods: readonly MethodEntry[],
  encoders: readonly string[],
): void {
  for (const name of selection.datasets ?? []) lookUp('data set', name, datasets.datasets);
  for (const name of selection.protocols ?? []) lookUp('protocol', name, datasets.protocols);
  for (const name of selection.encoders ?? [])
    if (!encoders.includes(name)) throw unknownName('encoder', name, encoders);
  for (const name of selection.regimes ?? []) if (!REGIMES.includes(name)) throw unknownName('regime', name, REGIMES);
  const known = methods.map((m) => m.name);
  for (const name of selection.methods ?? []) if (!known.includes(name)) throw unknownName('method', name, known);
}

/** Environment variable that carries a selection from `spotbench run` to the task graph it starts. */
export const SELECTION_VARIABLE = 'SPOTBENCH_SELECTION';

/** The selection of the run that started this process, or everything. */
export function selectionFromEnvironment(): Selection {
  const text = process.env[SELECTION_VARIABLE];
  return text === undefined || text === '' ? {} : (JSON.parse(text) as Selection);
}
