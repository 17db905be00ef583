import { existsSync } from 'node:fs';
import { panelPath, type LocatedDataset } from './locate.ts';
import type { ProtocolEntry } from './schema.ts';

/** Why a protocol's fixed gene list cannot be used, and what to do; undefined where it can, or where a rule chooses the genes. */
export function geneListObstacle(
  located: Pick<LocatedDataset, 'root'>,
  protocolId: string,
  { predict }: ProtocolEntry,
): string | undefined {
  if (!('file' in predict)) return undefined;
  const path = panelPath(located, predict.file);
  const what = `${predict.file}: ${predict.source}`;
  if (predict.sha256 === null)
    return (
      `no gene list, for it is not public as a list, so none can be checked (${what}); who has it writes the names to ${path} as ` +
      `a JSON list and its SHA-256 to datasets.json, protocols, ${protocolId}, predict.sha256`
    );
  if (!existsSync(path))
    return (
      `no gene list (${what}); put it at ${path}: a JSON list of names, in the order and form of Python's json.dump, ` +
      `of SHA-256 ${predict.sha256}`
    );
  return undefined;
}
