import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

/** Where the features of a data set under an encoder lie. */
export function featuresFolder(workspace: Workspace, dataset: string, encoder: string): string {
  return join(workspace.store, 'features', dataset, encoder);
}
