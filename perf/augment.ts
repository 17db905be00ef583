import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyOperations,
  createAugmentedPatches,
  createRandom,
  drawOperations,
  monotonicMs,
  openPatchStore,
  readImageSize,
  toFloat,
  writePatchStore,
  type Augmentation,
  type PatchBatch,
  type PatchStore,
} from '@spotbench/core';
import sharp from 'sharp';
import { report, runTorch } from './peers/torch.ts';

/**
 * Patches of 224 px a second through mclSTExp's augmentation (colour jitter 0.5 / 0.5 / 0.5, flip, rotation by up to 180 degrees)
 * and to floats: one core against torchvision on PIL images in one process, with the same drawn numbers and, shown by the sums,
 * the same pixels; then from a patch store through worker threads. MViTGene's list (flips, right angles, jitter with hue, blur,
 * noise) beside it. Processor time on both sides. Budget: 250 patches/s a core.
 * Run: npm run perf -- augment [patches]; SPOTBENCH_PYTHON names a Python with torch and torchvision.
 */
const SIZE = 224;
const SPOTS = 64;
const BATCH = 64;
const patches = Number(process.argv[2] ?? 1000);

const MCLSTEXP: Augmentation[] = [
  { kind: 'colour-jitter', brightness: 0.5, contrast: 0.5, saturation: 0.5 },
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'rotation', degrees: 180 },
];
const MVITGENE: Augmentation[] = [
  { kind: 'horizontal-flip', probability: 0.5 },
  { kind: 'vertical-flip', probability: 0.5 },
  { kind: 'right-angle-rotation' },
  { kind: 'colour-jitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  { kind: 'gaussian-blur', probability: 0.3, radius: [0.5, 1.5] },
  { kind: 'gaussian-noise', sigma: 10 },
];

const folder = await mkdtemp(join(tmpdir(), 'spotbench-perf-'));
try {
  const store = await makeStore();
  const pixels = await store.read(
    'slide',
    Array.from({ length: SPOTS }, (_, row) => row),
    'patch',
  );
  await writeFile(join(folder, 'patches.rgb'), pixels);
  for (const [name, list] of Object.entries({ mclSTExp: MCLSTEXP, MViTGene: MVITGENE })) {
    await againstTorchvision(`augment ${patches} patches of ${SIZE} px, ${name}, one core`, list, pixels);
    for (let workers = 1; workers <= availableParallelism(); workers++)
      await throughWorkers(name, list, store, workers);
  }
  await store.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A slide of smooth colours with grain, like tissue, and 64 spots on it. */
async function makeStore(): Promise<PatchStore> {
  const side = 2000;
  const random = createRandom(0, 'slide');
  const slide = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3];
    return [190, 130, 180][c] + 40 * Math.sin(x / 9 + c) * Math.cos(y / 13) + 20 * random.uniform();
  });
  const path = join(folder, 'slide.png');
  await sharp(slide, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(path);
  const place = (step: (i: number) => number) => Float32Array.from({ length: SPOTS }, (_, i) => 150 + 230 * step(i));
  const [x, y] = [place((i) => i % 8), place((i) => Math.floor(i / 8))];
  const spots = { ids: Array.from(x, (_, i) => `s${i}`), arrayX: x, arrayY: y, pixelX: x, pixelY: y };
  const slides = [{ id: 'slide', image: await readImageSize(path), spots }];
  await writePatchStore(join(folder, 'store'), { slides, views: [{ name: 'patch', sizePx: SIZE }] });
  return openPatchStore(join(folder, 'store'));
}

/** Seconds of processor time of this process from now on: other work on the machine does not count. */
function measureCpu(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}

async function againstTorchvision(name: string, list: readonly Augmentation[], pixels: Uint8Array): Promise<void> {
  const bytes = SIZE ** 2 * 3;
  const target = new Float32Array(bytes);
  const draw = (i: number) => drawOperations(list, createRandom(0, 'perf', i));
  const augment = (i: number): void => {
    const at = (i % SPOTS) * bytes;
    toFloat(applyOperations(pixels.subarray(at, at + bytes), SIZE, draw(i)), target);
  };
  for (let i = 0; i < 50; i++) augment(i); // compiled before the clock starts, as torchvision is
  const cpuSeconds = measureCpu();
  for (let i = 0; i < patches; i++) augment(i);
  const seconds = cpuSeconds();
  // A third of the values of each patch, after the clock has stopped. Noise is another in NumPy, so its sums are not equal.
  const sums = Array.from({ length: Math.min(patches, 20) }, (_, i) => {
    augment(i);
    return target.reduce((sum, value, k) => (k % 3 === 0 ? sum + Math.round(value * 255) : sum), 0);
  });
  const operations = join(folder, 'operations.json');
  await writeFile(operations, JSON.stringify(Array.from({ length: patches }, (_, i) => draw(i))));
  const peer = runTorch('augment.py', join(folder, 'patches.rgb'), SIZE, operations);
  const peerSums = typeof peer === 'string' ? undefined : (peer as unknown as { sums: number[] }).sums;
  report(name, seconds, peer, {
    unit: 's of processor time',
    threads: 1,
    patchesPerSecond: Math.round(patches / seconds),
    peerPatchesPerSecond: typeof peer === 'string' ? null : Math.round(patches / peer.seconds),
    equalSums: peerSums?.filter((sum, i) => sum === sums[i]).length,
    comparedSums: peerSums?.length,
  });
}

async function throughWorkers(
  name: string,
  augmentations: readonly Augmentation[],
  store: PatchStore,
  workers: number,
): Promise<void> {
  const random = createRandom(0, 'perf');
  const made = createAugmentedPatches({ store, augmentations, random, workers, ahead: workers });
  const plan = function* (epochs: number): Generator<PatchBatch> {
    const spots = Array.from({ length: BATCH }, (_, row) => ({ section: 'slide', row }));
    for (let epoch = 0; epoch < epochs; epoch++) yield { view: 'patch', spots, epoch };
  };
  const makeAll = async (epochs: number): Promise<number> => {
    let count = 0;
    for await (const values of made.batches(plan(epochs))) count += values.length / (SIZE ** 2 * 3);
    return count;
  };
  await makeAll(2 * workers); // threads have started and compiled
  const start = monotonicMs();
  const cpuSeconds = measureCpu();
  const count = await makeAll(Math.ceil(patches / BATCH));
  const seconds = (monotonicMs() - start) / 1000;
  const patchesPerCpuSecond = Math.round(count / cpuSeconds());
  await made.close();
  const result = {
    name: `augmented patches, ${name}, batches of ${BATCH} from a store, ${workers} workers`,
    patchesPerSecond: Math.round(count / seconds),
    patchesPerCpuSecond,
    threads: workers,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    versions: { node: process.version },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
