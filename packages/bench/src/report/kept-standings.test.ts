import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeArtefact } from '@spotbench/core';
import { runCell } from '../cell/run-cell.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { STANDINGS_KIND } from './kept-standings.ts';
import { report } from './report.ts';

const SELECTION = { datasets: ['tiny'] };
const PLACE = 'tiny--patient-out--frozen';

let workspace: Workspace;
let fresh: string;

/** A method that predicts sin(k) times the given number. */
const waves = (times: number): string => `
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict(slide) {
    return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) => Math.sin(${times} * k));
  } };`;

const kept = (): string => join(workspace.store, 'standings', PLACE);
const keptFile = (name: string): string => readFileSync(join(kept(), name), 'utf8');
const runAll = async (): Promise<void> => {
  for (const { id } of makePlan(workspace, SELECTION).cells) await runCell(workspace, findCell(workspace, id));
};
const table = async (): Promise<string> => {
  await report(workspace, SELECTION);
  return readFileSync(join(workspace.localResults, 'leaderboard.json'), 'utf8');
};

/** Puts an intact artefact with the same key in place, in which the method has another title. */
async function forge(): Promise<void> {
  const { meta } = JSON.parse(keptFile('manifest.json')) as { meta: unknown };
  const text = keptFile('standings.json').replace(/"title":"waves"/g, '"title":"forged"');
  await writeArtefact(kept(), STANDINGS_KIND, meta, { 'standings.json': text });
}

beforeAll(async () => {
  workspace = await tinyWorkspace();
  addMethod(workspace, 'waves', waves(1), 'method');
  await runAll();
  fresh = await table();
});
afterAll(() => removeWorkspace(workspace));

describe('standings that were kept', () => {
  it('are used again, and give the same bytes', async () => {
    const before = keptFile('manifest.json');
    expect(await table()).toBe(fresh);
    expect(keptFile('manifest.json')).toBe(before);
    await forge();
    expect(await table()).toContain('"title": "forged"');
  });

  it('are not those of other code', async () => {
    await forge();
    const source = join(workspace.root, 'packages', 'core', 'src', 'mean.ts');
    mkdirSync(join(source, '..'), { recursive: true });
    writeFileSync(source, '// another program\n');
    expect((await table()).match(/forged/g)).toBeNull();
    rmSync(source);
  });

  it('are not those of other records', async () => {
    expect(await table()).toBe(fresh);
    await forge();
    addMethod(workspace, 'waves', waves(3), 'method');
    // The record of a method that was edited is stale, and of one that was run again another.
    expect((await table()).match(/forged/g)).toBeNull();
    await runAll();
    const other = await table();
    expect(other).not.toBe(fresh);
    rmSync(join(workspace.store, 'standings'), { recursive: true });
    expect(await table()).toBe(other);
  });

  it('are made again where they are damaged', async () => {
    const before = await table();
    appendFileSync(join(kept(), 'standings.json'), ' ');
    expect(await table()).toBe(before);
    expect(keptFile('standings.json')).not.toMatch(/ $/);
    writeFileSync(join(kept(), 'manifest.json'), '{');
    expect(await table()).toBe(before);
    expect(existsSync(join(kept(), 'standings.json'))).toBe(true);
  });
});
