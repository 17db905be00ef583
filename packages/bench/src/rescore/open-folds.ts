import type { FoldData } from '../cell/load-fold.ts';
import { loadFold } from '../cell/load-fold.ts';
import { openData, type DataArtefact } from '../data/data-artefact.ts';
import { cellFinder, type CellContext } from '../plan/find-cell.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A cell's fold as scoring needs it: data, split, panels and truth; nothing is fitted. */
export interface OpenFold {
  readonly context: CellContext;
  readonly data: DataArtefact;
  readonly fold: FoldData;
}

/**
 * Opens folds for scoring. Cells of one fold follow each other, so the last one opened is kept: reading its counts and fitting its
 * panels takes longer than scoring a cell.
 */
export function foldOpener(workspace: Workspace): (cellId: string) => Promise<OpenFold> {
  const find = cellFinder(workspace);
  let last: { key: string; data: DataArtefact; fold: FoldData } | undefined;
  return async (cellId) => {
    const context = find(cellId);
    const { dataset, protocol, fold } = context.cell;
    const key = `${dataset}/${protocol}/${fold}`;
    if (last?.key !== key) {
      const data = await openData(workspace, dataset);
      const opened = await loadFold(workspace, context, data, { features: new Map() });
      last = { key, data, fold: { ...opened, truth: remembered(opened.truth) } };
    }
    return { context, data: last.data, fold: last.fold };
  };
}

/** Every cell of a fold asks for the same sections. */
function remembered(truth: FoldData['truth']): FoldData['truth'] {
  const known = new Map<string, ReturnType<FoldData['truth']>>();
  return (section) => {
    const found = known.get(section) ?? truth(section);
    known.set(section, found);
    return found;
  };
}
