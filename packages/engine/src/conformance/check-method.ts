import { monotonicMs } from '@spotbench/core';
import { CHECKS, notApplicable, type CheckFinding, type CheckName, type CheckResult } from './check-result.ts';
import { checkKeyChunks } from './checks/key-chunks.ts';
import { checkBatchSize, checkFinite, checkShapes, checkSpotOrder, checkTestExpression } from './checks/predictions.ts';
import { checkLeaks, checkMemory, checkSameSeed } from './checks/repeats.ts';
import { checkReferenceBank, checkSaved } from './checks/saved.ts';
import { checkGradients, checkLossFalls } from './checks/toy-batch.ts';
import { Rig, type FittedSubject, type Subject } from './rig.ts';

type Check = (rig: Rig, base: FittedSubject) => Promise<CheckFinding>;

/** What is looked at once the method is fitted. */
const MADE: Readonly<Record<Exclude<CheckName, 'fit' | 'time'>, Check>> = {
  shapes: checkShapes,
  finite: checkFinite,
  gradients: checkGradients,
  'loss falls': checkLossFalls,
  'same seed': checkSameSeed,
  'save and load': checkSaved,
  'batch size': checkBatchSize,
  'spot order': checkSpotOrder,
  'key chunks': checkKeyChunks,
  'reference bank': checkReferenceBank,
  'test expression': checkTestExpression,
  leaks: checkLeaks,
  memory: checkMemory,
};

const SECONDS_ALLOWED = 60;

/** Hears which check begins, how many are done, and of how many. */
export type OnCheck = (check: CheckName, done: number, total: number) => void;

/**
 * Whether a method keeps what every method promises, on made-up slides in the `frozen` regime. A check that throws has
 * failed with that message; a failure that the method declares as its published form is noted with the reason.
 *
 * @throws ZodError when the declared options are not the method's.
 */
export async function checkMethod(subject: Subject, onCheck: OnCheck = () => undefined): Promise<CheckResult[]> {
  const rig = new Rig(subject);
  const started = monotonicMs();
  const results: CheckResult[] = [];
  let base: FittedSubject | undefined;
  const make = async (check: CheckName): Promise<CheckFinding> => {
    if (check === 'time') return timeFinding((monotonicMs() - started) / 1000);
    if (check !== 'fit') return base === undefined ? notApplicable('the method did not fit') : MADE[check](rig, base);
    base = await rig.fit();
    return { status: 'pass', found: base.fitted.selectedBy };
  };
  for (const check of CHECKS) {
    onCheck(check, results.length, CHECKS.length);
    const begun = monotonicMs();
    const finding = excused(subject, check, await make(check).catch(failure));
    results.push({ check, ...finding, seconds: (monotonicMs() - begun) / 1000 });
  }
  await base?.dispose();
  return results;
}

function failure(error: unknown): CheckFinding {
  return { status: 'fail', found: error instanceof Error ? error.message : String(error) };
}

/** A declared exception turns a failure into a note; one that is not needed is a failure, so that none outlives its cause. */
function excused({ exceptions }: Subject, check: CheckName, finding: CheckFinding): CheckFinding {
  const reason = Object.hasOwn(exceptions.published, check) ? exceptions.published[check] : undefined;
  if (reason === undefined || finding.status === 'not applicable') return finding;
  if (finding.status === 'fail') return { ...finding, status: 'note', found: `${finding.found}; declared: ${reason}` };
  return { ...finding, status: 'fail', found: `declared as an exception, but holds: ${finding.found}` };
}

function timeFinding(seconds: number): CheckFinding {
  const found = `${seconds.toFixed(1)} s (at most ${SECONDS_ALLOWED} s on a CPU)`;
  return { status: seconds <= SECONDS_ALLOWED ? 'pass' : 'note', found, numbers: { seconds } };
}
