import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../report/report.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { siteInput, storedCells } from './read-site-input.ts';
import { writeSite } from './write-site.ts';

/** Tables that the local report offers as files, from the folder that `report` has just written. */
const DOWNLOADS = ['leaderboard.json', 'leaderboard.csv', 'leaderboard.md', 'costs.csv'];

/** Writes results/local/site, the web report of tables that were just made. @returns the address of its first page. */
export async function writeLocalSite(workspace: Workspace, { plan, board, look }: Report): Promise<string> {
  const texts = await Promise.all(DOWNLOADS.map((name) => readFile(join(workspace.localResults, name), 'utf8')));
  const downloads = Object.fromEntries(DOWNLOADS.map((name, i) => [name, texts[i]]));
  const cells = await storedCells(workspace, plan, look);
  const input = siteInput(workspace, plan, board, { mode: 'local', cells, downloads });
  const folder = join(workspace.localResults, 'site');
  await writeSite(input, folder);
  return join(folder, 'index.html');
}
