import { SpotbenchError } from '@spotbench/core';
import { chooseEngine, type EngineRequest } from '@spotbench/engine';
import { createProgressBar } from '../progress/progress-bar.ts';
import { discoverMethods, type MethodEntry } from '../registry/methods.ts';
import { findWorkspace, type Workspace } from '../workspace/workspace.ts';
import { checkGolden } from './check-golden.ts';
import { checkSubject } from './check-subject.ts';
import { checkText } from './check-text.ts';
import { findSubjects } from './find-subjects.ts';
import { goldenText } from './golden-text.ts';

/** What `spotbench method check` was asked. */
export interface MethodCheckRequest {
  /** A method's name, or the folder of its package. */
  readonly subject?: string;
  /** A file of golden numbers to compare with, instead of the checks. */
  readonly golden?: string;
  readonly engine: EngineRequest;
  readonly json: boolean;
}

/** Checks a method, or compares it with a golden file, and prints what was found. @returns 1 when something failed. */
export async function methodCheck(request: MethodCheckRequest): Promise<number> {
  const workspace = findWorkspace();
  const entries = discoverMethods(workspace);
  const subjects = request.subject === undefined ? [] : findSubjects(workspace, entries, request.subject);
  if (request.golden === undefined && subjects.length === 0) {
    throw new SpotbenchError(
      'bad-config',
      'method check: needed a method, the folder of one, or --golden; got neither',
    );
  }
  const engine = await chooseEngine(request.engine);
  return request.golden === undefined
    ? checkAll(workspace, subjects, engine, request.json)
    : compare(workspace, { ...request, golden: request.golden, engine }, entries, subjects);
}

async function checkAll(
  workspace: Workspace,
  subjects: readonly MethodEntry[],
  engine: EngineRequest,
  json: boolean,
): Promise<number> {
  let failed = false;
  for (const entry of subjects) {
    const bar = createProgressBar(`method check ${entry.name}`);
    const report = await checkSubject(workspace, entry, engine, (check, done, total) =>
      bar.update(done, total, check),
    ).finally(() => bar.stop());
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : checkText(report));
    failed ||= !report.ok;
  }
  return failed ? 1 : 0;
}

async function compare(
  workspace: Workspace,
  { golden: file, engine, json }: MethodCheckRequest & { golden: string },
  entries: readonly MethodEntry[],
  [entry]: readonly MethodEntry[],
): Promise<number> {
  const bar = createProgressBar(`golden ${file}`);
  const onStage = (what: string, done: number, total: number) => bar.update(done, total, what);
  const report = await checkGolden(workspace, { file, entry, entries, engine, onStage }).finally(() => bar.stop());
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : goldenText(report));
  return report.ok ? 0 : 1;
}
