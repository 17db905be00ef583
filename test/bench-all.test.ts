import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Board, RunRecord } from '@spotbench/bench';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const METHODS = ['zeros', 'training-mean', 'ridge'] as const;
const PART = ['--dataset', 'demo', '--protocol', 'patient-out', '--fold', '0,1'];
const RUN = ['run', ...PART, '--method', METHODS.join(','), '--json'];

interface Outcome {
  readonly cells: number;
  readonly ok: number;
  readonly failed: readonly { cell: string; kind: string; reason: string }[];
}

let copy: WorkspaceCopy;
beforeAll(() => {
  copy = copyWorkspace();
});
afterAll(() => copy.remove());

const path = (...parts: string[]): string => join(copy.root, ...parts);
const table = (name = 'leaderboard.json'): string => readFileSync(path('results', 'local', name), 'utf8');
const cell = (method: string, fold: number): string => `demo--patient-out--frozen--${method}--fold${fold}--seed0`;
const record = (method: string, fold: number): RunRecord =>
  JSON.parse(readFileSync(path('.spotbench', 'runs', cell(method, fold), 'run.json'), 'utf8')) as RunRecord;
const startTimes = (): Record<string, string> =>
  Object.fromEntries(METHODS.flatMap((m) => [0, 1].map((fold) => [cell(m, fold), record(m, fold).startedAt])));

/** Runs the benchmark; `expectedCode` because a failed run is part of the story. */
function run(expectedCode: number): Outcome {
  const { code, stdout, stderr } = copy.spotbench(...RUN);
  expect(code, stderr).toBe(expectedCode);
  return JSON.parse(stdout) as Outcome;
}

/** One story in order: each step starts from what the one before left. */
describe('spotbench run', { timeout: 300_000 }, () => {
  it('makes the demo cohort, runs every cell and writes tables that say the data is synthetic', () => {
    expect(run(0)).toMatchObject({ cells: 6, ok: 6, failed: [] });
    const board = JSON.parse(table()) as Board;
    expect(board.notice).toMatch(/SYNTHETIC/);
    expect(board.rankings).toHaveLength(1);
    const [{ rows, hashes }] = board.rankings;
    expect(rows.slice(0, 3).map((r) => r.method)).toEqual(['ridge', 'training-mean', 'zeros']);
    expect(rows.slice(3).map((r) => [r.kind, r.scores])).toEqual(Array<unknown>(5).fill(['control', {}]));
    expect(board.rankings[0].statistics).toMatch(/^not ranked: no scores of the controls noise, position-only/);
    expect(rows[0].scores['HVG-50'].pcc.value).toBeGreaterThan(0.1);
    expect(rows[1].scores['HVG-50'].pcc).toMatchObject({ value: 0, nUndefined: { constant_pred: 150 } });
    expect(hashes.dataset).toMatch(/^[0-9a-f]{64}$/);
    expect(table('leaderboard.md')).toMatch(/demo \(SYNTHETIC\): patient-out, frozen/);
    expect(table('leaderboard.csv').split('\n')[0]).toMatch(/^dataset,synthetic,protocol/);
  });

  it('replays everything and gives the same bytes', () => {
    const before = { json: table(), csv: table('leaderboard.csv'), md: table('leaderboard.md'), times: startTimes() };
    run(0);
    expect({ json: table(), csv: table('leaderboard.csv'), md: table('leaderboard.md'), times: startTimes() }).toEqual(
      before,
    );
  });

  it('runs only the cells of a method whose source was touched', () => {
    const before = startTimes();
    appendFileSync(path('packages', 'controls', 'src', 'ridge.ts'), '\n// touched\n');
    run(0);
    const after = startTimes();
    const changed = Object.keys(after).filter((id) => after[id] !== before[id]);
    expect(changed.sort()).toEqual([cell('ridge', 0), cell('ridge', 1)]);
  });

  it('makes a failed cell a row with its reason, finishes the others, and next time retries only what failed', () => {
    const source = path('packages', 'controls', 'src', 'training-mean.ts');
    const text = readFileSync(source, 'utf8');
    const before = startTimes();
    writeFileSync(
      source,
      `throw new Error('the mean is gone');
${text}`,
    );
    const outcome = run(1);
    expect(outcome).toMatchObject({ cells: 6, ok: 4 });
    expect(outcome.failed.map((f) => f.cell).sort()).toEqual([cell('training-mean', 0), cell('training-mean', 1)]);
    expect(outcome.failed[0]).toMatchObject({ kind: 'failed', reason: 'the mean is gone' });
    expect(table('leaderboard.md')).toMatch(
      /training-mean: 2 of 2 cells have no scores\n {2}- failed: .*the mean is gone/,
    );
    expect(record('training-mean', 0)).toMatchObject({ status: 'failed', reason: 'the mean is gone' });

    run(1);
    const retried = startTimes();
    for (const method of ['zeros', 'ridge']) expect(retried[cell(method, 0)]).toBe(before[cell(method, 0)]);
    writeFileSync(source, text);
    run(0);
    const after = startTimes();
    const changed = Object.keys(after).filter((id) => after[id] !== retried[id]);
    expect(changed.every((id) => id.includes('training-mean'))).toBe(true);
  });

  it('finds a truncated artefact and runs that cell again', () => {
    const before = table();
    truncateSync(path('.spotbench', 'runs', cell('zeros', 1), 'scores.csv'), 100);
    run(0);
    expect(table()).toBe(before);
  });
});

it('leaves the tables as they were where there is nothing to run', () => {
  const before = table();
  const { code, stderr } = copy.spotbench('run', '--protocol', 'mclstexp-paper-visium');
  expect([code, stderr]).toEqual([1, expect.stringContaining('nothing to run')]);
  expect(table()).toBe(before);
});

describe('wrong command lines', () => {
  it.each([
    [['run', '--method', 'rigde'], /^spotbench: unknown method "rigde"; did you mean "ridge"\?\n$/],
    [['plan', '--dataset', 'her2stt'], /^spotbench: unknown data set "her2stt"; did you mean "her2st"\?\n$/],
    [['plan', '--protocol', 'patient-oot'], /^spotbench: unknown protocol "patient-oot"; did you mean "patient-out"/],
    [['cell'], /^spotbench: Not enough non-option arguments: .*; see spotbench cell --help\n$/],
    [['plan', '--metod', 'ridge'], /^spotbench: Unknown argument: metod; did you mean --method\?\n$/],
    [['run', '--engine', 'onx'], /^spotbench: unknown engine "onx"; did you mean "onnx"\?\n$/],
    [['pln'], /did you mean plan\?/i],
    [['run', '--fold', 'x'], /--fold: needs whole numbers/],
    [['publish', '--fold', '0'], /--fold: part of an exam is not published/],
    [['publish', '--seed', '0'], /--seed: part of an exam is not published, since a ranking is replaced whole/],
  ])('spotbench %j', (args, message) => {
    const { code, stderr } = copy.spotbench(...args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
