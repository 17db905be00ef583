import { fitTarget, isSpotbenchError, readArtefactFile, targetRule } from '@spotbench/core';
import { readPredictions } from '../cell/predictions.ts';
import { openData, readCounts, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { locateDataset } from '../datasets/locate.ts';
import type { Cell } from '../plan/cell-id.ts';
import type { Plan, PlannedDataset } from '../plan/plan.ts';
import type { Board } from '../report/board-schema.ts';
import { rankingCells } from '../report/ranking-cells.ts';
import { readFinished } from '../report/read-runs.ts';
import type { CellState } from '../results/cell-state.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { SiteCell, SiteDataset, SiteInput } from './site-input.ts';
import { readThumbnail } from './thumbnail.ts';

/** The finished cells of a plan and the controls beside them, by ranking, as the board has them. `look` finds their states. */
export async function storedCells(
  workspace: Workspace,
  plan: Plan,
  look: (cell: Cell) => Promise<CellState>,
): Promise<SiteInput['cells']> {
  const rankings = rankingCells(plan).map(async ({ label, all }) => {
    const states = await Promise.all(all.map(look));
    return [label, states.flatMap((state) => (state.kind === 'ok' ? [siteCell(workspace, state)] : []))] as const;
  });
  return Object.fromEntries(await Promise.all(rankings));
}

/** What the web report of a board shows: what is large is read from the store when a page needs it. */
export function siteInput(
  workspace: Workspace,
  plan: Plan,
  board: Board,
  shown: Pick<SiteInput, 'mode' | 'cells' | 'downloads' | 'reported'>,
): SiteInput {
  const used = new Set(board.rankings.map((r) => r.dataset));
  return {
    ...shown,
    board,
    datasets: plan.datasets.filter(({ id }) => used.has(id)).map((planned) => siteDataset(workspace, plan, planned)),
    units: Object.fromEntries(
      Object.entries(plan.definitions.protocols).map(([id, { target }]) => [id, targetRule(target).formula]),
    ),
  };
}

function siteCell(workspace: Workspace, state: Extract<CellState, { kind: 'ok' }>): SiteCell {
  const { cell, record, manifest } = state;
  const folder = runFolder(workspace, cell.id);
  return {
    cell,
    record,
    scores: () => readFinished(workspace, state),
    curve: async () =>
      'curve.csv' in manifest.files
        ? (await readArtefactFile(folder, manifest, 'curve.csv')).toString('utf8')
        : undefined,
    predictions: () => readPredictions(folder, manifest),
  };
}

function siteDataset(workspace: Workspace, plan: Plan, { id, entry }: PlannedDataset): SiteDataset {
  const { title, organ, technology, licence, citation } = entry;
  const withData = async <T>(read: (data: DataArtefact) => Promise<T>): Promise<T | undefined> => {
    try {
      return await read(await openData(workspace, id));
    } catch (error) {
      if (isSpotbenchError(error, 'missing-data')) return undefined;
      throw error;
    }
  };
  return {
    ...{ id, title, organ, technology, licence, citation },
    markers: entry.markers ?? undefined,
    spots: (section) => withData((data) => readSpots(data, section)),
    truth: (protocol, section, genes) =>
      withData(async (data) => {
        const target = fitTarget(plan.definitions.protocols[protocol].target, genes, []);
        return target.apply(await readCounts(data, section)).values;
      }),
    thumbnail: (section) =>
      withData((data) => readThumbnail(workspace, data, section, locateDataset(workspace, id, entry).root)),
  };
}
