import { runCell } from '../../cell/run-cell.ts';
import { findCell } from '../../plan/find-cell.ts';
import { makePlan } from '../../plan/plan.ts';
import { report } from '../../report/report.ts';
import { addMethod, tinyWorkspace } from '../../testing/tiny-workspace.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { siteInput, storedCells } from '../read-site-input.ts';
import type { SiteInput } from '../site-input.ts';

/** A fit with a loss curve of three epochs and a prediction by formula. */
const fitted = (value: string): string => `
  const G = data.genes.length;
  for (const epoch of [1, 2, 3]) context.onProgress?.({ epoch, epochs: 3, step: 1, steps: 1, loss: 4 / epoch, terms: {} });
  return { selectedBy: 'test', parameterCount: 1, async predict(slide) {
    return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) => ${value});
  } };`;

const cue = '(Number(data.genes[k % G].slice(4)) % 7 - 3) * slide.features.values[2 * Math.floor(k / G)]';
/** Stand-ins for the controls that a ranking needs. */
const CONTROLS: Readonly<Record<string, string>> = {
  zeros: '0',
  'training-mean': '1',
  noise: 'Math.sin(7 * k)',
  'position-only': 'Math.sin(k / G)',
  'library-size': 'Math.cos(k)',
  'nearest-neighbours': `Math.round(${cue})`,
  ridge: `${cue} + 0.5 * Math.sin(3 * k)`,
  oracle: cue,
};

/** Why one of the methods fails: text that would break a page that does not escape it. */
export const FAILURE = 'only <b>likes</b> "B" & co';

/** A workspace with two methods that work, one that fails, and all controls, run and in a board. */
export async function tinySite(): Promise<{
  readonly workspace: Workspace;
  readonly input: (mode: SiteInput['mode']) => SiteInput;
}> {
  const workspace = await tinyWorkspace();
  addMethod(workspace, 'good', fitted(`${cue} + Math.sin(k)`), 'method');
  addMethod(workspace, 'other', fitted('Math.sin(k)'), 'method');
  addMethod(workspace, 'broken', `throw new Error('${FAILURE}')`, 'method');
  for (const [name, value] of Object.entries(CONTROLS)) addMethod(workspace, name, fitted(value));
  const plan = makePlan(workspace, { datasets: ['tiny'] });
  for (const { id } of plan.cells) await runCell(workspace, findCell(workspace, id));
  const { board, look } = await report(workspace, { datasets: ['tiny'] });
  const downloads = { 'leaderboard.json': JSON.stringify(board), 'leaderboard.csv': 'a,b\n' };
  const cells = await storedCells(workspace, plan, look);
  return { workspace, input: (mode) => siteInput(workspace, plan, board, { mode, cells, downloads }) };
}
