import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

/** Where a cell's run record, predictions and scores lie. */
export function runFolder(workspace: Workspace, cellId: string): string {
  return join(workspace.store, 'runs', cellId);
}
