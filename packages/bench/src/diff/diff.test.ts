import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffBoards } from './diff-boards.ts';
import { loadResults, type ComparedBoard } from './load-results.ts';
import { describeDiff } from './run-diff.ts';

/** A board of one ranking with a row for each method: PCC on HVG-50. */
function board(values: Readonly<Record<string, number | null>>, protocol = 'p1', code = 'c1'): ComparedBoard {
  const rows = Object.entries(values).map(([method, value], i) => {
    return { method, rank: i + 1, scores: { 'HVG-50': { pcc: { value } } }, provenance: { codeHash: code } };
  });
  const hashes = { dataset: 'd1', protocol, split: 's1' };
  return { rankings: [{ dataset: 'set', protocol: 'patient-out', regime: 'frozen', hashes, rows }] };
}

describe('diffBoards', () => {
  it('finds nothing between equal boards', () => {
    const diff = diffBoards(board({ a: 0.1 }), board({ a: 0.1 }));
    expect(diff).toEqual({ addedRankings: [], removedRankings: [], changed: [], unchanged: 1 });
  });

  it('sorts numbers by the size of their change, those that appear or go first', () => {
    const diff = diffBoards(board({ a: 0.1, b: 0.2, c: 0.3, d: null }), board({ a: 0.11, b: 0.1, c: 0.3, d: 0.4 }));
    const [{ numbers, comparable }] = diff.changed;
    expect(comparable).toBe(true);
    expect(numbers.map(({ address }) => address.split('/')[3])).toEqual(['d', 'b', 'a']);
    expect(numbers[0]).toMatchObject({ from: null, to: 0.4, by: null });
    expect(numbers[1].by).toBeCloseTo(-0.1, 12);
    expect(describeDiff(diff)).toMatch(/set\/patient-out\/frozen\/b\/HVG-50\/pcc: 0\.2 -> 0\.1 \(-0\.1\)/);
  });

  it('names rows, ranks and code that changed', () => {
    const diff = diffBoards(board({ a: 0.1, b: 0.2 }), board({ b: 0.2, new: 0.3 }, 'p1', 'c2'));
    const [found] = diff.changed;
    expect(found).toMatchObject({ addedRows: ['new'], removedRows: ['a'], numbers: [] });
    expect(found.ranks).toEqual([{ method: 'b', from: 2, to: 1 }]);
    expect(found.hashes).toEqual([{ what: 'b: code', from: 'c1', to: 'c2' }]);
  });

  it('says that numbers under another protocol are not comparable', () => {
    const diff = diffBoards(board({ a: 0.1 }), board({ a: 0.2 }, 'p2'));
    expect(diff.changed[0].comparable).toBe(false);
    expect(describeDiff(diff)).toMatch(/NOT COMPARABLE: another protocol;.*\n.*protocol: p1 -> p2/);
    expect(describeDiff(diffBoards(board({ a: 0.1 }), board({ a: 0.2 })))).not.toMatch(/NOT COMPARABLE/);
  });

  it('names rankings that came and went', () => {
    const other = board({ a: 0.1 });
    other.rankings[0] = { ...other.rankings[0], regime: 'finetune' };
    const diff = diffBoards(board({ a: 0.1 }), other);
    expect(diff.addedRankings).toEqual(['set/patient-out/finetune']);
    expect(diff.removedRankings).toEqual(['set/patient-out/frozen']);
  });
});

describe('loadResults', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'spotbench-diff-'));
    const git = (...args: string[]): Buffer =>
      execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args]);
    const write = (value: number): void =>
      writeFileSync(join(root, 'results', 'leaderboard.json'), JSON.stringify(board({ a: value })));
    mkdirSync(join(root, 'results'));
    mkdirSync(join(root, 'empty'));
    git('init', '--quiet');
    write(0.1);
    git('add', '--all');
    git('commit', '--quiet', '-m', 'one');
    write(0.2);
    git('commit', '--quiet', '-a', '-m', 'two');
    writeFileSync(join(root, 'other.json'), '{"rankings": 1}');
  });
  afterAll(() => rmSync(root, { recursive: true }));
  const valueIn = (name: string): unknown => loadResults(root, name).rankings[0].rows[0].scores['HVG-50'].pcc.value;

  it('reads a folder, a file, and both at a revision', () => {
    expect(valueIn(join(root, 'results'))).toBe(0.2);
    expect(valueIn(join(root, 'results', 'leaderboard.json'))).toBe(0.2);
    expect(valueIn('HEAD~1:results')).toBe(0.1);
    expect(valueIn('HEAD~1')).toBe(0.1);
    expect(valueIn('HEAD:results/leaderboard.json')).toBe(0.2);
  });

  it('says what it looked for', () => {
    expect(() => loadResults(root, 'HEAD~9:results')).toThrow(
      /git has no HEAD~9:results\/leaderboard\.json; give a folder/,
    );
    expect(() => loadResults(root, join(root, 'empty'))).toThrow(/no leaderboard\.json in it/);
    expect(() => loadResults(root, join(root, 'other.json'))).toThrow(/not a leaderboard/);
  });
});
