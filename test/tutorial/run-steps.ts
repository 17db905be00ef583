import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'vitest';
import type { WorkspaceCopy } from '../workspace-copy.ts';
import { isSaid, type Step } from './steps.ts';

/** Does one step in a copy of the workspace, as it is written. */
export function runStep({ root }: WorkspaceCopy, step: Step): void {
  if (step.kind === 'write') {
    mkdirSync(dirname(join(root, step.path)), { recursive: true });
    writeFileSync(join(root, step.path), step.text);
    return;
  }
  const output = step.commands.map((command) => runCommand(root, command)).join('\n');
  for (const line of step.says) expect(isSaid(line, output), `"${line}" is not in:\n${output}`).toBe(true);
}

/** Runs a line in a shell. @returns what it printed. */
export function runCommand(root: string, line: string): string {
  // Vitest tells its children that they are tests; the reader's shell does not.
  const own = ['VITEST', 'VITEST_MODE', 'NODE_OPTIONS', 'NODE_ENV', 'TEST'];
  const shell = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name)));
  const env = { ...shell, SPOTBENCH_DATA: '', SPOTBENCH_OFFLINE: '1', NX_TUI: 'false' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: root, env, encoding: 'utf8' });
  const output = stripVTControlCharacters(`${stdout}\n${stderr}`);
  expect(status, `${line}\n${output}`).toBe(0);
  return output;
}
