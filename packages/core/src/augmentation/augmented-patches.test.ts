import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partOfStore } from '../patches/part-of-store.ts';
import { openPatchStore, type PatchStore } from '../patches/patch-store.ts';
import { testSlide } from '../patches/testing/test-slides.ts';
import { writePatchStore } from '../patches/write-patch-store.ts';
import { createRandom } from '../random/random.ts';
import { applyOperations, toFloat } from './augment-patch.ts';
import type { Augmentation } from './augmentation.ts';
import { type AugmentedPatches, createAugmentedPatches, type PatchBatch } from './augmented-patches.ts';
import { drawOperations } from './draw-operations.ts';
import { startWorkerPool } from './worker-pool.ts';

const S = 9;
const VALUES = 3 * S * S;
const AUGMENTATIONS: Augmentation[] = [
  { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.1 },
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'rotation', degrees: 180 },
  { kind: 'gaussian-blur', probability: 0.5, radius: [0.5, 1.5] },
  { kind: 'gaussian-noise', sigma: 10 },
  { kind: 'normalise', mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] },
];
let folder: string;
let store: PatchStore;
let inline: AugmentedPatches;
let threaded: AugmentedPatches;

const options = { augmentations: AUGMENTATIONS, random: createRandom(8, 'test'), workers: 0, ahead: 3 };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spotbench-augmented-'));
  const slides = [await testSlide(folder, 'A1', 20), await testSlide(folder, 'B2', 11)];
  const views = [
    { name: 'patch', sizePx: S },
    { name: 'wide', sizePx: S, fieldOfViewPx: 20 },
  ];
  await writePatchStore(join(folder, 'store'), { slides, views });
  store = await openPatchStore(join(folder, 'store'));
  inline = createAugmentedPatches({ ...options, store });
  threaded = createAugmentedPatches({ ...options, store, workers: 2 });
});
afterAll(async () => {
  await threaded.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const spot = fc.oneof(
  fc.record({ section: fc.constant('A1'), row: fc.nat(19) }),
  fc.record({ section: fc.constant('B2'), row: fc.nat(10) }),
);
const batch = (rows: readonly number[], epoch?: number): PatchBatch => ({
  view: 'patch',
  spots: rows.map((row) => ({ section: 'A1', row })),
  epoch,
});
async function collect(batches: AsyncIterable<Float32Array>): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for await (const values of batches) all.push(values);
  return all;
}

describe('augmented patches', () => {
  it('are the patches of the store, augmented by what is drawn for epoch and spot', async () => {
    const values = await threaded.read(batch([3, 7], 4));
    for (const [b, row] of [3, 7].entries()) {
      const operations = drawOperations(AUGMENTATIONS, createRandom(8, 'test', 'augmentation', 4, 'A1', row));
      const expected = new Float32Array(VALUES);
      const normalise = AUGMENTATIONS[5] as Extract<Augmentation, { kind: 'normalise' }>;
      toFloat(applyOperations(await store.read('A1', [row], 'patch'), S, operations), expected, normalise);
      expect(values.subarray(b * VALUES, (b + 1) * VALUES)).toEqual(expected);
    }
  });

  it('are the same with and without workers, in any batches and any order', async () => {
    const property = fc.asyncProperty(
      fc.array(spot, { minLength: 1, maxLength: 12 }),
      fc.nat(5),
      fc.constantFrom('patch', 'wide'),
      fc.integer({ min: 1, max: 5 }),
      async (spots, epoch, view, batchSize) => {
        const together = await inline.read({ view, spots, epoch });
        const plan: PatchBatch[] = [];
        for (let at = 0; at < spots.length; at += batchSize)
          plan.push({ view, spots: spots.slice(at, at + batchSize), epoch });
        const inParts = await collect(threaded.batches(plan));
        expect(inParts.flatMap((values) => [...values])).toEqual([...together]);
        const backwards = await threaded.read({ view, spots: [...spots].reverse(), epoch });
        const patch = (values: Float32Array, b: number) => values.subarray(b * VALUES, (b + 1) * VALUES);
        for (const b of spots.keys()) expect(patch(backwards, spots.length - 1 - b)).toEqual(patch(together, b));
      },
    );
    await fc.assert(property, { seed: 6, numRuns: 30 });
  });

  it('differ between epochs and spots, and are as stored without an epoch', async () => {
    const [first, second] = [await inline.read(batch([1], 0)), await inline.read(batch([1], 1))];
    expect(first).not.toEqual(second);
    const drawn = (epoch: number, section: string, row: number) =>
      JSON.stringify(drawOperations(AUGMENTATIONS, createRandom(8, 'test', 'augmentation', epoch, section, row)));
    expect(new Set([drawn(0, 'A1', 0), drawn(0, 'A1', 1), drawn(0, 'B2', 0), drawn(1, 'A1', 0)]).size).toBe(4);
    const plain = new Float32Array(VALUES);
    toFloat(await store.read('A1', [1], 'patch'), plain, { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] });
    expect(await threaded.read(batch([1]))).toEqual(plain);
  });

  it('leave the rest of a larger array 0', async () => {
    const values = await threaded.read({ ...batch([1], 0), size: 3 });
    expect(values).toHaveLength(3 * VALUES);
    expect(values.subarray(VALUES).every((value) => value === 0)).toBe(true);
    expect(values.subarray(0, VALUES)).toEqual(await inline.read(batch([1], 0)));
    await expect(threaded.read({ ...batch([1, 2], 0), size: 1 })).rejects.toThrow(
      'size must be a whole number of at least 2',
    );
  });

  it('are made no further ahead than asked', async () => {
    let planned = 0;
    function* plan(): Generator<PatchBatch> {
      for (let epoch = 0; epoch < 20; epoch++) {
        planned++;
        yield batch([1, 2], epoch);
      }
    }
    const batches = threaded.batches(plan());
    expect(planned).toBe(0);
    await batches.next();
    expect(planned).toBe(1 + options.ahead);
    await batches.next();
    expect(planned).toBe(2 + options.ahead);
    await batches.return();
    expect(planned).toBe(2 + options.ahead);
    expect(await collect(threaded.batches(plan()))).toHaveLength(20);
  });

  it.each(['inline', 'threaded'] as const)('name section and spot when one cannot be made (%s)', async (which) => {
    const patches = { inline, threaded }[which];
    await expect(patches.read(batch([3, 99], 0))).rejects.toThrow(
      'patch of spot 99 of section A1: patches: patch of section A1: row must be in 0..19, got 99',
    );
    await expect(patches.read({ view: 'patch', spots: [{ section: 'B3', row: 0 }], epoch: 0 })).rejects.toMatchObject({
      tag: 'unknown-name',
      message: expect.stringContaining('patch of spot 0 of section B3: unknown section "B3"') as string,
    });
    const plan = [batch([1], 0), batch([99], 0), batch([2], 0)];
    await expect(collect(patches.batches(plan))).rejects.toThrow('patch of spot 99 of section A1');
    // The error is that batch's alone.
    expect(await patches.read(batch([1], 0))).toHaveLength(VALUES);
  });

  it('say which spots a worker was at when it stopped, and reject what waited', async () => {
    const program = new URL('./testing/stopping-worker.mjs', import.meta.url);
    const job = (row: number) => ({
      ...{ view: 'patch', size: 1, normalisation: undefined },
      patches: [{ section: 'A1', row, operations: [] }],
    });
    for (const [how, why] of [
      ['exit', 'exit code 3'],
      ['throw', 'out of order'],
    ]) {
      const pool = startWorkerPool(how, 1, program);
      const results = await Promise.allSettled([pool.run(job(1)), pool.run(job(2))]);
      for (const { status, reason } of results as PromiseRejectedResult[]) {
        expect(status).toBe('rejected');
        expect(String(reason)).toContain(`a worker stopped while it made the batch of spots A1 1 to A1 1 (${why})`);
      }
      await expect(pool.run(job(3))).rejects.toThrow('a worker stopped');
      await pool.close();
    }
  });

  it('come in the order they were asked for', async () => {
    const one = createAugmentedPatches({ ...options, store, workers: 1 });
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3, 4].map((epoch) => one.read(batch([1], epoch)).then(() => order.push(epoch))));
    expect(order).toEqual([0, 1, 2, 3, 4]);
    await one.close();
  });

  it('pass on that the store is gone, and reject what a closed pool has not made', async () => {
    const patches = createAugmentedPatches({
      ...options,
      store: { ...store, folder: join(folder, 'gone') },
      workers: 1,
    });
    await expect(patches.read(batch([1], 0))).rejects.toMatchObject({ tag: 'missing-data' });
    await patches.close();
    const closing = createAugmentedPatches({ ...options, store, workers: 1 });
    const unfinished = [closing.read(batch([1], 0)), closing.read(batch([2], 0))];
    const settled = Promise.allSettled(unfinished);
    await closing.close();
    for (const result of await settled) expect(result).toMatchObject({ status: 'rejected' });
    await expect(closing.read(batch([1], 0))).rejects.toThrow('closed before this batch was made');
  });

  it('find a file that was cut short since', async () => {
    const other = join(folder, 'short');
    await writePatchStore(other, {
      slides: [await testSlide(folder, 'C3', 2)],
      views: [{ name: 'patch', sizePx: S }],
    });
    const opened = await openPatchStore(other);
    truncateSync(join(other, 'C3', 'patch.rgb'), VALUES + 1);
    const patches = createAugmentedPatches({ ...options, store: opened });
    await expect(patches.read({ view: 'patch', spots: [{ section: 'C3', row: 1 }] })).rejects.toMatchObject({
      tag: 'damaged-artefact',
      message: expect.stringContaining('patch of spot 1 of section C3: C3/patch.rgb: needed 243 bytes') as string,
    });
    await opened.close();
  });

  it('refuse what makes no sense', () => {
    const part = partOfStore(store, 'A1', [3, 5]);
    expect(() => createAugmentedPatches({ ...options, store: part })).toThrow('needed a whole patch store, found part');
    const make = (wrong: object) => () => createAugmentedPatches({ ...options, store, ...wrong });
    expect(make({ workers: -1 })).toThrow('workers must be a whole number of at least 0, got -1');
    expect(make({ ahead: 0.5 })).toThrow('ahead must be a whole number of at least 0, got 0.5');
    expect(make({ augmentations: [{ kind: 'rotation', degrees: 400 }] })).toThrow(/augmentations: 0.degrees/);
  });
});
