import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCell } from '../../cell/run-cell.ts';
import { findCell } from '../../plan/find-cell.ts';
import { makePlan } from '../../plan/plan.ts';
import type { Selection } from '../../plan/selection.ts';
import { REQUIRED_CONTROLS } from '../../report/controls.ts';
import { addMethod, fitted, tinyWorkspace } from '../../testing/tiny-workspace.ts';
import type { Workspace } from '../../workspace/workspace.ts';

/** What the controls of the tiny data set predict: constants, except where a table needs one that is not. */
const CONTROL_VALUES: Readonly<Record<string, string>> = {
  oracle: '(k % G % 7) * slide.features.values[2 * Math.floor(k / G)]',
  noise: 'Math.sin(7 * k)',
};

/**
 * A git repository with the tiny data set as if it were real: three patients, the eight controls, and two methods, of which
 * `good` looks at the features. Everything is committed; nothing is run.
 */
export async function publishableWorkspace(): Promise<Workspace> {
  const workspace = await tinyWorkspace();
  makeReal(workspace);
  for (const control of REQUIRED_CONTROLS) addMethod(workspace, control, fitted(CONTROL_VALUES[control] ?? '1'));
  addMethod(
    workspace,
    'good',
    fitted('(k % G) * slide.features.values[2 * Math.floor(k / G)] + Math.sin(k)'),
    'method',
  );
  addMethod(workspace, 'other', fitted('Math.sin(k)'), 'method');
  writeFileSync(join(workspace.root, '.gitignore'), '.spotbench/\nresults/local/\n');
  git(workspace, 'init', '--quiet');
  commitAll(workspace, 'all of it');
  return workspace;
}

/** The tiny data set, with files where datasets.json says they are, nothing that calls it synthetic, and a second protocol. */
function makeReal({ root, store }: Workspace): void {
  const path = join(root, 'datasets.json');
  const definitions = JSON.parse(readFileSync(path, 'utf8')) as {
    protocols: Record<string, object>;
    datasets: {
      tiny: { synthetic: boolean; generator?: unknown; optionalProtocols: string[]; sections: { id: string }[] };
    };
  };
  definitions.protocols.median = { ...definitions.protocols['patient-out'], target: 'log1p-median' };
  definitions.datasets.tiny.optionalProtocols = ['median'];
  definitions.datasets.tiny.synthetic = false;
  delete definitions.datasets.tiny.generator;
  writeFileSync(path, JSON.stringify(definitions, null, 2));
  for (const { id } of definitions.datasets.tiny.sections) {
    const folder = join(store, 'raw', 'tiny', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'image.png'), 'found by name; the stored image is beside the folder');
  }
}

/** Runs git in the workspace as somebody. */
export function git({ root }: Workspace, ...args: string[]): string {
  const somebody = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', root, ...somebody, ...args], { encoding: 'utf8' }).trim();
}

export function commitAll(workspace: Workspace, message: string): void {
  git(workspace, 'add', '--all');
  git(workspace, 'commit', '--quiet', '--allow-empty', '-m', message);
}

/** Runs the selected cells. */
export async function runCells(workspace: Workspace, selection: Selection = {}): Promise<void> {
  for (const cell of makePlan(workspace, selection).cells) await runCell(workspace, findCell(workspace, cell.id));
}
