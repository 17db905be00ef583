/** A run killed anywhere and resumed must end with the bits of a run that was left alone. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cosineSchedule, train } from '@spotbench/engine';
import type { HostArrays, TrainOptions } from '@spotbench/engine';
import { encodeSafetensors } from '../src/state/safetensors.ts';
import { toyOptions } from './toy-training.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
});
afterEach(() => rm(folder, { recursive: true }));

const changes: Partial<TrainOptions> = {
  schedule: cosineSchedule({ from: 0.05, to: 0.001, per: 'update' }),
  averageDecay: 0.9,
  accumulate: 2,
  earlyStopping: { patience: 9, validate: (parameters) => Promise.resolve(parameters['out.bias'].data[0]) },
};

class Killed extends Error {}

/** Trains until `kill` steps have been done in this process. */
async function trainUntil(kill: number, everySteps: number, engine: 'onnx' | 'tfjs' = 'tfjs'): Promise<unknown> {
  let steps = 0;
  const onProgress = () => {
    if (++steps > kill) throw new Killed();
  };
  const checkpoint = { path: path(), identity: 'toy', everySteps };
  return train(await toyOptions({ ...changes, checkpoint, onProgress }, engine)).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
}

async function resume(engine: 'onnx' | 'tfjs' = 'tfjs') {
  const losses: number[] = [];
  const checkpoint = { path: path(), identity: 'toy', everySteps: 100 };
  const onProgress: TrainOptions['onProgress'] = ({ step, steps, loss }) => step === steps && losses.push(loss);
  const trained = await train(await toyOptions({ ...changes, checkpoint, onProgress }, engine));
  return { ...trained, losses };
}

const path = (): string => join(folder, 'training.safetensors');

describe.each(['tfjs', 'onnx'] as const)('on %s', (engine) => {
  test.each([
    { kill: 1, everySteps: 1 },
    { kill: 3, everySteps: 3 },
    { kill: 7, everySteps: 2 },
    { kill: 11, everySteps: 5 },
  ])('killed in step $kill + 1, saved every $everySteps steps', async ({ kill, everySteps }) => {
    const whole = await train(await toyOptions(changes, engine));
    await trainUntil(kill, everySteps, engine);
    const resumed = await resume(engine);
    expect(bits(resumed.parameters)).toEqual(bits(whole.parameters));
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.losses).toEqual(whole.history.map(({ loss }) => loss));
    expect(resumed.epochs).toBe(whole.epochs);
  });
});

test('killed twice', async () => {
  const whole = await train(await toyOptions(changes));
  await trainUntil(4, 2);
  await trainUntil(3, 1);
  expect(bits((await resume()).parameters)).toEqual(bits(whole.parameters));
});

test('a checkpoint in mid-epoch really is taken up', async () => {
  await trainUntil(7, 2);
  const file = await readFile(path());
  expect(file.toString('latin1')).toContain('\\"epoch\\":2,\\"step\\":0');
});

test('a diverged run names its last good checkpoint, which is left as it was', async () => {
  const options = await toyOptions(changes);
  const read: TrainOptions['batches']['read'] = async (epoch, step) => {
    const batch = await options.batches.read(epoch, step);
    if (epoch < 2 || step < 1) return batch;
    return { ...batch, y: { ...batch.y, data: new Float32Array(batch.y.data.length).fill(NaN) } };
  };
  const checkpoint = { path: path(), identity: 'toy', everySteps: 1 };
  await expect(train({ ...options, checkpoint, batches: { ...options.batches, read } })).rejects.toThrow(
    `epoch 3, step 2: needed a finite loss, got loss = NaN, squared = NaN; last good checkpoint: ${path()} (before epoch 3, step 2)`,
  );
  const whole = await train(await toyOptions(changes));
  expect(bits((await resume()).parameters)).toEqual(bits(whole.parameters));
});

describe('refuses', () => {
  test('a checkpoint of another run', async () => {
    await trainUntil(2, 1);
    const checkpoint = { path: path(), identity: 'another' };
    await expect(train(await toyOptions({ ...changes, checkpoint }))).rejects.toMatchObject({
      tag: 'damaged-artefact',
    });
  });

  test('a flipped bit', async () => {
    await trainUntil(2, 1);
    const file = await readFile(path());
    file[file.length - 5] ^= 1;
    await writeFile(path(), file);
    await expect(resume()).rejects.toThrow('its checksum does not hold; delete it');
  });

  test('a cut file and a foreign one', async () => {
    await trainUntil(2, 1);
    const file = await readFile(path());
    await writeFile(path(), file.subarray(0, file.length / 2));
    await expect(resume()).rejects.toMatchObject({ tag: 'damaged-artefact' });
    await writeFile(path(), encodeSafetensors({ arrays: {}, metadata: {} }));
    await expect(resume()).rejects.toThrow('not a checkpoint');
  });
});

function bits(arrays: HostArrays): Record<string, string> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data }]) => [
      name,
      Buffer.from((data as Float32Array).slice().buffer).toString('hex'),
    ]),
  );
}
