import type { GoldenRow } from '@spotbench/engine/conformance';
import type { GoldenReport } from './check-golden.ts';
import { textTable } from './text-table.ts';

/** A golden report for a terminal: one line a value, then one that says how it went. */
export function goldenText({ file, method, engine, rows, ok }: GoldenReport): string {
  const head = ['', 'value', 'largest error', 'PyTorch float32', 'limit', 'where'];
  const table = textTable([head, ...rows.map(lineOf)], [2, 3, 4]);
  const failed = rows.filter(({ status }) => status !== 'ok');
  const verdict = ok
    ? `all ${rows.length} comparisons within their limits`
    : `${failed.length} of ${rows.length} comparisons failed: ${failed.map(({ value }) => value).join(', ')}`;
  return `${method ?? 'retrieval'} on ${engine}, ${file}\n${table}${verdict}\n`;
}

const MARKS = { ok: 'ok', off: 'OFF', 'not compared': 'NOT COMPARED' };

function lineOf({ value, error, peer, limit, status, at }: GoldenRow): string[] {
  return [MARKS[status], value, digits(error), digits(peer), digits(limit), at ?? ''];
}

const digits = (value: number | null): string => (value === null ? '-' : value.toExponential(1));
