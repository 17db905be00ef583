import { readArtefactFile } from '@spotbench/core';
import { readPredictions } from '../cell/predictions.ts';
import type { Plan } from '../plan/plan.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { SiteCell } from '../site/site-input.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { cellOf } from './published-board.ts';
import { reportedFigures } from './reported.ts';
import { publishedCell, type PublishedRanking, type PublishedRun } from './published-ranking.ts';
import type { PublishedTables } from './tables.ts';

/**
 * The web report of what is published. Scores are the published ones; curves and predictions come from this machine's store where
 * they are the ones that were published, and pages say so where they are not.
 */
export async function writePublishedSite(
  workspace: Workspace,
  plan: Plan,
  { board, tables, rankings }: PublishedTables,
  folder: string,
): Promise<string[]> {
  const [{ writeSite }, { siteInput }] = await Promise.all([
    import('../site/write-site.ts'),
    import('../site/read-site-input.ts'),
  ]);
  const cells = rankings.map((ranking) => {
    const finished = ranking.runs.filter(({ record }) => record.status === 'ok');
    return [ranking.label, finished.map((run) => publishedSiteCell(workspace, ranking, run))] as const;
  });
  const input = siteInput(workspace, plan, board, {
    mode: 'published',
    cells: Object.fromEntries(cells),
    downloads: { 'leaderboard.csv': tables['leaderboard.csv'] },
    reported: reportedFigures(),
  });
  return writeSite(input, folder);
}

function publishedSiteCell(workspace: Workspace, ranking: PublishedRanking, run: PublishedRun): SiteCell {
  const { record, manifest } = run;
  const folder = runFolder(workspace, record.cellId);
  const here = async (): Promise<boolean> => {
    const stored = await storedRun(workspace, record.cellId).catch(() => undefined);
    return stored?.manifest.hash === manifest.hash;
  };
  return {
    cell: cellOf(record),
    record,
    scores: () => Promise.resolve(publishedCell(ranking, record)),
    curve: async () =>
      'curve.csv' in manifest.files && (await here())
        ? (await readArtefactFile(folder, manifest, 'curve.csv')).toString('utf8')
        : undefined,
    predictions: async () => ((await here()) ? readPredictions(folder, manifest) : undefined),
  };
}
