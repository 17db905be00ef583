/** A method from an installed npm package: packed, installed from the tarball without a network, planned, run, and keyed by its files. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Board, RunRecord } from '@spotbench/bench';
import { runCommand } from './tutorial/run-steps.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const SOURCE = `
import { z } from 'zod';
/** The first gene's mean for every gene and spot. */
export const method = {
  name: 'packed', version: '1', title: 'From a tarball', deterministic: false, configSchema: z.strictObject({}),
  async fit({ genes, train }, { random }) {
    const [first] = train[0].expression.values;
    return { selectedBy: 'nothing to choose', parameterCount: 1, async predict({ spots }) {
      return Float32Array.from({ length: spots.ids.length * genes.length }, () => first + random.uniform()); } };
  },
};`;

let copy: WorkspaceCopy;
let folder: string;
beforeAll(() => {
  copy = copyWorkspace();
  folder = mkdtempSync(join(tmpdir(), 'spotbench-packed-'));
});
afterAll(() => {
  copy.remove();
  rmSync(folder, { recursive: true });
});

/** Packs the package and unpacks it as npm install of the tarball does: into node_modules, named in package.json. */
function installPacked(): void {
  const json = {
    name: '@lab/packed',
    version: '1.0.0',
    type: 'module',
    keywords: ['spotbench-method'],
    peerDependencies: { zod: '*' },
    spotbench: { method: './index.ts' },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(json));
  writeFileSync(join(folder, 'index.ts'), SOURCE);
  runCommand(folder, 'npm pack --offline --silent');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  const installed = join(copy.root, 'node_modules', '@lab', 'packed');
  mkdirSync(installed, { recursive: true });
  const { status } = spawnSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
  expect(status).toBe(0);
  const path = join(copy.root, 'package.json');
  const root = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...root, dependencies: { '@lab/packed': `file:${tarball}` } }));
}

const RUN = [
  'run',
  '--dataset',
  'demo',
  '--protocol',
  'patient-out',
  '--fold',
  '0',
  '--method',
  'packed,zeros',
  '--json',
];
const record = (method: string): RunRecord => {
  const id = `demo--patient-out--frozen--${method}--fold0--seed0`;
  return JSON.parse(readFileSync(join(copy.root, '.spotbench', 'runs', id, 'run.json'), 'utf8')) as RunRecord;
};

it(
  'is run as a method of the workspace; its cells are run again when any file of it changes',
  { timeout: 300_000 },
  () => {
    installPacked();
    const run = (): void => {
      const { code, stderr } = copy.spotbench(...RUN);
      expect(code, stderr).toBe(0);
    };
    run();
    expect(record('packed')).toMatchObject({ status: 'ok', methodKind: 'method', methodTitle: 'From a tarball' });
    const board = JSON.parse(readFileSync(join(copy.root, 'results', 'local', 'leaderboard.json'), 'utf8')) as Board;
    expect(board.rankings[0].rows.map(({ method }) => method)).toContain('packed');

    const first = [record('packed'), record('zeros')];
    run();
    expect([record('packed'), record('zeros')]).toEqual(first);

    appendFileSync(join(copy.root, 'node_modules', '@lab', 'packed', 'package.json'), '\n');
    run();
    expect(record('packed').codeHash).not.toBe(first[0].codeHash);
    expect(record('zeros')).toEqual(first[1]);
  },
);
