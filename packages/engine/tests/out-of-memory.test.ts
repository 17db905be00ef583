/** Training on a device that has room for a small batch only, failing as ONNX Runtime's CUDA arena does. */
import { expect, test } from 'vitest';
import { createEngine, train } from '@spotbench/engine';
import type { BatchSource, Engine, HostArrays } from '@spotbench/engine';
import { withSmallerBatch } from '../src/training/batch-that-fits.ts';
import { namingMemoryFailures } from '../src/engines/memory-failure.ts';
import { allRows, toyOptions } from './toy-training.ts';

const MESSAGE = 'BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 939524096';

/** Runs batches of at most `room` rows; counts what was compiled and not freed. */
async function smallDevice(room: number, other?: Error): Promise<{ engine: Engine; open: () => number }> {
  const real = await createEngine({ name: 'tfjs' });
  let open = 0;
  const engine = namingMemoryFailures({
    ...real,
    name: 'onnx/cuda',
    async compile(step, spec) {
      const compiled = await real.compile(step, spec);
      open++;
      return {
        run(inputs: HostArrays) {
          if (inputs.x.shape[0] > room) return Promise.reject(new Error(MESSAGE));
          return other === undefined ? compiled.run(inputs) : Promise.reject(other);
        },
        readState: () => compiled.readState(),
        writeState: (state) => compiled.writeState(state),
        dispose: () => {
          open--;
          return compiled.dispose();
        },
      };
    },
  });
  return { engine, open: () => open };
}

test('names the step, the batch tried and the largest half that runs', async () => {
  const { engine, open } = await smallDevice(3);
  const failed = train(await toyOptions({ engine, averageDecay: 0.9, accumulate: 2 }));
  await expect(failed).rejects.toMatchObject({
    tag: 'out-of-memory',
    fits: 2,
    message: expect.stringMatching(
      /^training: epoch 1, step 1: a batch of 8 does not fit in memory; a batch of 2 fits \(halves were tried\): .*onnx\/cuda.*939524096/,
    ) as string,
  });
  expect(open()).toBe(0);
});

test('a later step is named too', async () => {
  const { engine } = await smallDevice(8);
  const small = Object.fromEntries(
    Object.entries(allRows).map(([name, { shape, data, ...rest }]) => [
      name,
      { ...rest, shape: [8, shape[1]], data: data.slice(0, 8 * shape[1]) },
    ]),
  );
  const batches: BatchSource = {
    stepsPerEpoch: 2,
    read: (epoch, step) => Promise.resolve(epoch === 1 && step === 1 ? allRows : small),
  };
  await expect(train(await toyOptions({ engine, batches }))).rejects.toMatchObject({
    message: expect.stringContaining('epoch 2, step 2: a batch of 22') as string,
    fits: 5, // 22, 11, 5
  });
});

test('says so when no smaller batch fits, or when it cannot be found out', async () => {
  const none = await smallDevice(0);
  await expect(train(await toyOptions({ engine: none.engine }))).rejects.toMatchObject({
    fits: undefined,
    message: expect.stringContaining('no smaller one was found to fit (tried: 4, 2, 1)') as string,
  });
  const lost = await smallDevice(4, new Error('device lost'));
  await expect(train(await toyOptions({ engine: lost.engine }))).rejects.toMatchObject({
    tag: 'out-of-memory',
    fits: undefined,
    message: expect.stringContaining('(tried: 4)') as string,
  });
  expect([none.open(), lost.open()]).toEqual([0, 0]);
});

test('a retry is made once, with the batch that fits, and only when asked for', async () => {
  const { engine } = await smallDevice(3);
  const sizes: number[] = [];
  const work = async (batchSize: number): Promise<number> => {
    sizes.push(batchSize);
    const rows = Object.fromEntries(
      Object.entries(allRows).map(([name, { shape, data, ...rest }]) => [
        name,
        { ...rest, shape: [batchSize, shape[1]], data: data.slice(0, batchSize * shape[1]) },
      ]),
    );
    const batches = { stepsPerEpoch: 1, read: () => Promise.resolve(rows) };
    return (await train(await toyOptions({ engine, batches }))).history.length;
  };
  await expect(withSmallerBatch(16, {}, work)).rejects.toMatchObject({ fits: 2 });
  expect(sizes).toEqual([16]);
  expect(await withSmallerBatch(16, { retryWithSmallerBatch: true }, work)).toEqual({ value: 4, batchSize: 2 });
  expect(sizes).toEqual([16, 16, 2]);
});
