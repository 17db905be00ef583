import type { Selection } from '../plan/selection.ts';
import { createProgressBar } from '../progress/progress-bar.ts';
import { report } from '../report/report.ts';
import { findWorkspace } from '../workspace/workspace.ts';
import { rescore, type RescoredCell } from './rescore.ts';

/** Rescores, writes the tables unless only checking, and says how it went. @returns the exit code: 0 when nothing was amiss. */
export async function runRescore(
  selection: Selection,
  { check, json }: { readonly check: boolean; readonly json: boolean },
): Promise<number> {
  const workspace = findWorkspace();
  const bar = createProgressBar('rescore');
  const cells = await rescore(workspace, selection, { check, onProgress: (...args) => bar.update(...args) }).finally(
    () => bar.stop(),
  );
  const folder = check ? undefined : (await report(workspace, selection)).folder;
  process.stdout.write(json ? `${JSON.stringify({ check, cells, tables: folder ?? null })}\n` : describe(cells, check));
  if (folder !== undefined && !json) process.stdout.write(`Tables: ${folder}\n`);
  return exitCode(cells, check);
}

/** A difference is a fault when it was asked for none; predictions that cannot be scored always are. */
function exitCode(cells: readonly RescoredCell[], check: boolean): number {
  const rescored = cells.some(({ outcome }) => outcome === 'equal' || outcome === 'changed');
  const bad = cells.some(({ outcome }) => outcome === 'failed' || (check && outcome === 'changed'));
  return bad || !rescored ? 1 : 0;
}

/** Counts, and a line for every cell that is not equal. */
function describe(cells: readonly RescoredCell[], check: boolean): string {
  const count = (outcome: RescoredCell['outcome']): number => cells.filter((c) => c.outcome === outcome).length;
  const lines = cells
    .filter(({ outcome }) => outcome !== 'equal' && outcome !== 'missing')
    .map(({ cell, outcome, reason }) => `${cell}: ${outcome}: ${reason}`);
  const summary = [
    `${count('equal')} cells equal to the byte`,
    `${count('changed')} ${check ? 'differ' : 'changed'}`,
    `${count('failed')} cannot be scored`,
    `${count('no-scores')} without scores`,
    `${count('missing')} not run`,
  ];
  return `${[...lines, summary.join(', ')].join('\n')}\n`;
}
