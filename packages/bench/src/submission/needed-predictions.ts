import { lookUp, SpotbenchError, type Slide } from '@spotbench/core';
import { loadFold } from '../cell/load-fold.ts';
import { openData, readSplits } from '../data/data-artefact.ts';
import { loadDatasets } from '../datasets/load.ts';
import { splitNameOf } from '../datasets/split-name.ts';
import { cellId, DEFAULT_ENCODER } from '../plan/cell-id.ts';
import type { CellContext } from '../plan/find-cell.ts';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What has to be predicted in one fold. */
export interface NeededFold {
  readonly fold: number;
  /** The patient or section that is tested. */
  readonly heldOut: string;
  /** Sections that may be learnt from, sorted. */
  readonly training: readonly string[];
  /** Genes to predict, in the order of the protocol's panel. [G] */
  readonly genes: readonly string[];
  /** Sections to predict, with the spots of each. */
  readonly test: readonly Pick<Slide, 'id' | 'patient' | 'spots'>[];
}

/**
 * What predictions for a protocol on a data set must hold: of every fold its test sections, their spots, and the genes fitted
 * on its training sections. The expression of test sections is not read.
 *
 * @throws SpotbenchError `unknown-name` for a data set or protocol that there is not, `bad-config` for a protocol that the data
 * set does not have, `missing-data` before `spotbench data read`.
 */
export async function neededPredictions(
  workspace: Workspace,
  dataset: string,
  protocol: string,
): Promise<readonly NeededFold[]> {
  const definitions = loadDatasets(workspace);
  const entry = lookUp('data set', dataset, definitions.datasets);
  const protocolEntry = lookUp('protocol', protocol, definitions.protocols);
  const known = [...entry.protocols, ...entry.optionalProtocols];
  if (!known.includes(protocol))
    throw new SpotbenchError(
      'bad-config',
      `data set ${dataset} has no protocol ${protocol}; it has ${known.join(', ')}`,
    );
  const data = await openData(workspace, dataset);
  const { folds } = await readSplits(data, splitNameOf(entry, protocol, protocolEntry));
  const needed: NeededFold[] = [];
  for (const { index } of folds) {
    const context = contextOf({ dataset, protocol, fold: index }, { dataset: entry, protocol: protocolEntry });
    const { fold, training, test } = await loadFold(workspace, context, data, { features: new Map() });
    needed.push({
      fold: index,
      heldOut: fold.heldOut,
      training: trainingSections(training),
      genes: training.genes,
      test,
    });
  }
  return needed;
}

/** Ids of the sections that a fold may learn from, sorted: what a fold is known by. */
export function trainingSections({
  train,
  validation,
}: {
  readonly train: readonly Pick<Slide, 'id'>[];
  readonly validation: readonly Pick<Slide, 'id'>[];
}): readonly string[] {
  return [...new Set([...train, ...validation].map(({ id }) => id))].sort();
}

/** A cell of nobody: what a fold holds does not depend on the method. */
function contextOf(
  place: { dataset: string; protocol: string; fold: number },
  entries: Pick<CellContext, 'dataset' | 'protocol'>,
): CellContext {
  const cell = { ...place, regime: 'frozen', encoder: DEFAULT_ENCODER, method: 'submission', seed: 0 } as const;
  return { ...entries, cell: { ...cell, id: cellId(cell) }, method: NOBODY };
}

const NOBODY: MethodEntry = {
  name: 'submission',
  kind: 'submitted',
  packageRoot: '',
  entry: '',
  alone: false,
  seeded: false,
  views: [],
  finetune: undefined,
  workspaceDependencies: [],
};
