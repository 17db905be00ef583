import type { CheckStatus } from '@spotbench/engine/conformance';
import type { MethodReport } from './check-subject.ts';
import { textTable } from './text-table.ts';

const MARKS: Readonly<Record<CheckStatus, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  note: 'note',
  'not applicable': 'n/a',
};

/** The checks of a method for a terminal: one named line each, then one that says how it went. */
export function checkText({ method, kind, engine, checks }: MethodReport): string {
  const lines = checks.map(({ check, status, found, seconds }) => [
    MARKS[status],
    check,
    `${seconds.toFixed(1)} s`,
    found,
  ]);
  const failed = checks.filter(({ status }) => status === 'fail').map(({ check }) => check);
  const notes = checks.filter(({ status }) => status === 'note').length;
  const verdict =
    failed.length === 0
      ? `no check failed${notes > 0 ? `, ${notes} noted` : ''}`
      : `${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}`;
  return `${kind} ${method} on ${engine}\n${textTable(lines, [2])}${verdict}\n`;
}
