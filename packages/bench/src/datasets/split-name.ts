import type { DatasetEntry, ProtocolEntry } from './schema.ts';

/**
 * Name of the split manifest that a protocol uses on a data set: its rule, shared by all protocols of that rule, or the
 * protocol's own name where the data set splits fewer sections or writes the folds out.
 */
export function splitNameOf(entry: DatasetEntry, protocolId: string, { split }: Pick<ProtocolEntry, 'split'>): string {
  return entry.splits?.[protocolId] === undefined ? split : protocolId;
}
