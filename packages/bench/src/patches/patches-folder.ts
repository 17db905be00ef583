import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

/** Folder of a data set's patch stores, one for each state of data and code. */
export function patchesFolder({ store }: Workspace, dataset: string): string {
  return join(store, 'patches', dataset);
}
