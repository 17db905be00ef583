import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookUp, SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';
import { datasetsSchema, type Datasets } from './schema.ts';

/**
 * Reads and checks datasets.json. @throws SpotbenchError `bad-config` naming the member that is wrong, also where a data set
 * names a protocol that is not defined or lists a section twice.
 */
export function loadDatasets(workspace: Workspace): Datasets {
  const path = join(workspace.root, 'datasets.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SpotbenchError('bad-config', `datasets.json: not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const result = datasetsSchema.safeParse(value);
  if (!result.success) throw new SpotbenchError('bad-config', `datasets.json: ${z.prettifyError(result.error)}`);
  checkReferences(result.data);
  return result.data;
}

function checkReferences({ datasets, protocols }: Datasets): void {
  for (const [id, entry] of Object.entries(datasets)) {
    for (const protocol of [...entry.protocols, ...entry.optionalProtocols])
      lookUp(`protocol (datasets.json, ${id})`, protocol, protocols);
    const seen = new Set<string>();
    for (const section of entry.sections) {
      if (seen.has(section.id))
        throw new SpotbenchError('bad-config', `datasets.json: ${id} lists section ${section.id} twice`);
      seen.add(section.id);
    }
  }
}
