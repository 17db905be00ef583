import type { DataArtefact } from '../data/data-artefact.ts';
import { findCell } from '../plan/find-cell.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { loadFold } from './load-fold.ts';

/** Measured expression of a section in a cell's target units and gene order, for plots and re-scoring. [N, G] */
export async function truthOf(
  workspace: Workspace,
  data: DataArtefact,
  cellId: string,
  section: string,
): Promise<Float32Array> {
  const context = findCell(workspace, cellId);
  const { truth } = await loadFold(workspace, context, data, { features: new Map() });
  return (await truth(section)).values;
}
