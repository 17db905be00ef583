import pc from 'picocolors';
import { findWorkspace } from '../workspace/workspace.ts';
import {
  checkDatasets,
  checkEngines,
  checkMemory,
  checkMethods,
  checkNode,
  checkNx,
  checkStore,
  type Check,
} from './checks.ts';

/** Looks at the machine, the data, the engines and the methods. @returns 1 when something would stop a run, else 0. */
export async function doctor(json: boolean): Promise<number> {
  const workspace = findWorkspace();
  const checks = [
    checkNode(),
    checkMemory(),
    checkStore(workspace),
    checkNx(workspace),
    ...(await checkEngines()),
    ...checkDatasets(workspace),
    ...(await checkMethods(workspace)),
  ];
  process.stdout.write(json ? `${JSON.stringify({ checks })}\n` : checks.map(lineOf).join(''));
  return checks.some((c) => c.state === 'problem') ? 1 : 0;
}

const marks = { ok: pc.green('ok     '), note: pc.yellow('note   '), problem: pc.red('problem') };

function lineOf({ name, state, found, advice }: Check): string {
  return `${marks[state]} ${name}: ${found}${advice === undefined ? '' : `; ${advice}`}\n`;
}
