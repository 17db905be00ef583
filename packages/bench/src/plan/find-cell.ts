import { hashValue, lookUp, SpotbenchError, type Regime } from '@spotbench/core';
import { loadDatasets } from '../datasets/load.ts';
import type { DatasetEntry, Datasets, ProtocolEntry } from '../datasets/schema.ts';
import { discoverMethods, findMethod, type MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { defaultEncoder, type Cell } from './cell-id.ts';

/** A cell with the definitions its names stand for. */
export interface CellContext {
  readonly cell: Cell;
  readonly dataset: DatasetEntry;
  readonly protocol: ProtocolEntry;
  readonly method: MethodEntry;
}

/** What datasets.json says of the configuration of a cell's method; a protocol's word stands over a data set's. */
export function optionsOf({ cell, dataset, protocol }: Omit<CellContext, 'method'>): Readonly<Record<string, unknown>> {
  return { ...dataset.options[cell.method], ...protocol.options?.[cell.method] };
}

/** Hashes of what of datasets.json moves a cell's numbers, beside its protocol. */
export function definitionHashes(context: Omit<CellContext, 'method'>): { optionsHash: string; markersHash: string } {
  return { optionsHash: hashValue(optionsOf(context)), markersHash: hashValue(context.dataset.markers ?? null) };
}

/**
 * Reads a cell id. @throws SpotbenchError `unknown-name` for a data set, protocol or method that does not exist, naming the
 * nearest; `bad-config` when the id has another form, or the data set does not have the protocol.
 */
export function findCell(workspace: Workspace, id: string): CellContext {
  return cellFinder(workspace)(id);
}

/** `findCell` for many ids: datasets.json and the methods are looked at once, when the first is asked for. */
export function cellFinder(workspace: Workspace): (id: string) => CellContext {
  let known: { definitions: Datasets; methods: readonly MethodEntry[] } | undefined;
  return (id) => {
    const cell = parseCellId(id);
    known ??= { definitions: loadDatasets(workspace), methods: discoverMethods(workspace) };
    const { definitions, methods } = known;
    const dataset = lookUp('data set', cell.dataset, definitions.datasets);
    const protocol = lookUp('protocol', cell.protocol, definitions.protocols);
    const protocols = [...dataset.protocols, ...dataset.optionalProtocols];
    if (!protocols.includes(cell.protocol)) {
      throw new SpotbenchError(
        'bad-config',
        `cell "${id}": data set ${cell.dataset} has no protocol ${cell.protocol}; it has ${protocols.join(', ')}`,
      );
    }
    return { cell, dataset, protocol, method: findMethod(methods, cell.method) };
  };
}

/** The fields of a cell id, whether or not there is such a cell. @throws SpotbenchError `bad-config` when it has another form. */
export function parseCellId(id: string): Cell {
  const parts = id.split('--');
  const [dataset, protocol, regimeText, method, foldText, seedText] = parts;
  const fold = /^fold(\d+)$/.exec(foldText ?? '')?.[1];
  const seed = /^seed(\d+)$/.exec(seedText ?? '')?.[1];
  const regime = /^(?:(frozen)(?:-(.+))?|(finetune)(?:-(scratch))?)$/.exec(regimeText ?? '');
  if (parts.length !== 6 || fold === undefined || seed === undefined || !regime) {
    throw new SpotbenchError(
      'bad-config',
      `cell "${id}": needed <data set>--<protocol>--<regime>--<method>--fold<k>--seed<s>, e.g. demo--patient-out--frozen--ridge--fold0--seed0`,
    );
  }
  const name: Regime = regime[1] === undefined ? 'finetune' : 'frozen';
  return {
    id,
    dataset,
    protocol,
    regime: name,
    encoder: regime[2] ?? regime[4] ?? defaultEncoder(name),
    method,
    fold: Number(fold),
    seed: Number(seed),
  };
}
