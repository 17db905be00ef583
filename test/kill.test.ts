/**
 * `spotbench run` killed at random moments and started again ends with the very tables of a run that nobody disturbed.
 *
 * SPOTBENCH_KILLS: how often (2 where unset). SPOTBENCH_KILL_RUN: what is run, e.g. `--dataset demo --protocol patient-out`;
 * everything where it is empty.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom, monotonicMs } from '@spotbench/core';
import { startSpotbench } from './processes.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const KILLS = Number(process.env.SPOTBENCH_KILLS ?? 2);
const SMALL = '--dataset demo --protocol patient-out --fold 0 --method ridge,mclstexp';
const RUN = ['run', ...(process.env.SPOTBENCH_KILL_RUN ?? SMALL).split(' ').filter(Boolean)];
const MINUTES = 60_000;

let copy: WorkspaceCopy;
beforeAll(() => {
  copy = copyWorkspace();
});
afterAll(() => copy.remove());

const at = (...parts: string[]): string => join(copy.root, ...parts);
const tables = (): Record<string, string> =>
  Object.fromEntries(
    ['leaderboard.json', 'leaderboard.csv', 'leaderboard.md'].map((name) => [
      name,
      readFileSync(at('results', 'local', name), 'utf8'),
    ]),
  );

/** Forgets everything that was made. */
function startOver(): void {
  for (const folder of ['.spotbench', '.nx', 'results']) rmSync(at(folder), { recursive: true, force: true });
}

/** What no command may leave behind: a lock, or a folder or file that was being written. */
function leftovers(): string[] {
  const all = readdirSync(at('.spotbench'), { recursive: true, encoding: 'utf8' });
  return all.filter((name) => name.startsWith('locks/') || name.includes('.tmp-'));
}

it(
  'a run that is killed again and again ends with the tables of an undisturbed one',
  { timeout: 90 * MINUTES },
  async () => {
    const startMs = monotonicMs();
    const undisturbed = copy.spotbench(...RUN);
    const tookMs = monotonicMs() - startMs;
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    const expected = tables();
    expect(leftovers()).toEqual([]);
    startOver();

    const random = createRandom(0, 'kill');
    let kills = 0;
    while (kills < KILLS) {
      const run = startSpotbench(copy.root, RUN);
      // On average the kills are spread over the whole run: what is done stays done.
      const afterMs = 500 + Math.round((random.uniform() * 2 * tookMs) / KILLS);
      const first = await Promise.race([run.ended, wait(afterMs, 'still running' as const)]);
      if (first !== 'still running') {
        // It was done before its time: the tables are right, and the next one starts from nothing.
        expect(first.code, first.stderr).toBe(0);
        expect(tables()).toEqual(expected);
        startOver();
        continue;
      }
      run.kill();
      expect((await run.ended).code).toBeNull();
      kills++;
      if (process.env.SPOTBENCH_KILLS) process.stderr.write(`killed ${kills} of ${KILLS} after ${afterMs} ms\n`);
    }

    const last = copy.spotbench(...RUN);
    expect(last.code, last.stderr).toBe(0);
    expect(tables()).toEqual(expected);
    expect(copy.spotbench('cache', 'verify')).toMatchObject({ code: 0 });
  },
);
