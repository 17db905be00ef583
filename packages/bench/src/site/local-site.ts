import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePlan } from '../plan/plan.ts';
import type { Selection } from '../plan/selection.ts';
import type { Board } from '../report/board-schema.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { siteInput } from './read-site-input.ts';
import { writeSite } from './write-site.ts';

/** Tables that the local report offers as files, from the folder that `report` has just written. */
const DOWNLOADS = ['leaderboard.json', 'leaderboard.csv', 'leaderboard.md', 'costs.csv'];

/** Writes results/local/site, the web report of what was just run. @returns the address of its first page. */
export async function writeLocalSite(workspace: Workspace, selection: Selection, board: Board): Promise<string> {
  const texts = await Promise.all(DOWNLOADS.map((name) => readFile(join(workspace.localResults, name), 'utf8')));
  const downloads = Object.fromEntries(DOWNLOADS.map((name, i) => [name, texts[i]]));
  const input = await siteInput(workspace, makePlan(workspace, selection), board, { mode: 'local', downloads });
  const folder = join(workspace.localResults, 'site');
  await writeSite(input, folder);
  return join(folder, 'index.html');
}
