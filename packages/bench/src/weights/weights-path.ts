import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

/** Where the weights of that name lie, or will. */
export function weightsPath({ store }: Workspace, name: string): string {
  return join(store, 'weights', name, 'model.safetensors');
}
