/** The real thing: another process trains, is killed with SIGKILL wherever it is, and this one finishes its work. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { train } from '@spotbench/engine';
import { readCheckpoint } from '../src/state/checkpoint.ts';
import { EPOCHS } from './killed-training.ts';
import { toyOptions } from './toy-training.ts';

const script = fileURLToPath(new URL('./killed-training.ts', import.meta.url));

test('killed from outside, resumed here, equal to the last bit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const path = join(folder, 'training.safetensors');
  await killAfterSteps(path, 20);
  const found = await readCheckpoint(path, 'killed');
  expect(found!.position.history.length * 3 + found!.position.step).toBeGreaterThanOrEqual(19);
  expect(found!.position.epoch).toBeLessThan(EPOCHS);

  const checkpoint = { path, identity: 'killed' };
  const resumed = await train(await toyOptions({ epochs: EPOCHS, checkpoint }));
  const whole = await train(await toyOptions({ epochs: EPOCHS }));
  expect(resumed.history).toEqual(whole.history);
  for (const [name, { data }] of Object.entries(whole.parameters)) expect(resumed.parameters[name].data).toEqual(data);
  await rm(folder, { recursive: true });
});

/** Runs the script until it has reported so many steps, then kills it without warning. */
function killAfterSteps(path: string, steps: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = 0;
    child.stdout.on('data', (dots: Buffer) => {
      seen += dots.length;
      if (seen >= steps) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`the training ended by itself with code ${String(code)} after ${seen} steps`));
    });
  });
}
