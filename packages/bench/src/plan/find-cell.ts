import { hashValue, lookUp, SpotbenchError, type Regime } from '@spotbench/core';
import { loadDatasets } from '../datasets/load.ts';
import type { DatasetEntry, ProtocolEntry } from '../datasets/schema.ts';
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
  const definitions = loadDatasets(workspace);
  const entry = lookUp('data set', dataset, definitions.datasets);
  const protocolEntry = lookUp('protocol', protocol, definitions.protocols);
  if (![...entry.protocols, ...entry.optionalProtocols].includes(protocol)) {
    throw new SpotbenchError(
      'bad-config',
      `cell "${id}": data set ${dataset} has no protocol ${protocol}; it has ${[...entry.protocols, ...entry.optionalProtocols].join(', ')}`,
    );
  }
  return {
    cell: {
      id,
      dataset: dataset,
      protocol: protocol,
      regime: name,
      encoder: regime[2] ?? regime[4] ?? defaultEncoder(name),
      method: method,
      fold: Number(fold),
      seed: Number(seed),
    },
    dataset: entry,
    protocol: protocolEntry,
    method: findMethod(discoverMethods(workspace), method),
  };
}
