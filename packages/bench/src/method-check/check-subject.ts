import type { EngineRequest } from '@spotbench/engine';
import { checkMethod, type CheckResult, type OnCheck } from '@spotbench/engine/conformance';
import { loadMethod } from '../registry/load-method.ts';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { declaredExceptions } from './find-subjects.ts';

/** What the checks found of one method. */
export interface MethodReport {
  readonly method: string;
  readonly kind: MethodEntry['kind'];
  /** E.g. `onnx/cpu`. */
  readonly engine: string;
  readonly checks: readonly CheckResult[];
  /** True when no check failed. */
  readonly ok: boolean;
}

/** Makes every check of one method. @throws SpotbenchError when it cannot be loaded or its exceptions are malformed. */
export async function checkSubject(
  workspace: Workspace,
  entry: MethodEntry,
  engine: EngineRequest,
  onCheck?: OnCheck,
): Promise<MethodReport> {
  const method = await loadMethod(workspace, entry);
  const exceptions = await declaredExceptions(workspace, entry);
  const checks = await checkMethod({ method, exceptions, engine }, onCheck);
  return {
    method: entry.name,
    kind: entry.kind,
    engine: `${engine.engine}/${engine.device}`,
    checks,
    ok: checks.every(({ status }) => status !== 'fail'),
  };
}
