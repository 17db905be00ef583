import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile, monotonicMs, openPatchStore, readImageSize, writePatchStore } from '@spotbench/core';
import { makeLargeTiff } from './peers/large-tiff.ts';
import { report, runTorch } from './peers/torch.ts';

/**
 * 4,000 patches of 224 px out of a tiled tiff of 20,000 x 20,000 px, uncompressed and JPEG, written to a patch store, against
 * tifffile and NumPy that write the same bytes to one file: time, and peak memory of each in a process of its own. Then a
 * tiff of 2.4 GB. Ours includes the checksum and the wait until the bytes are on the disk; tifffile's does not. Budgets: time at
 * most 1.0 and memory a third of theirs; 1.5 GB for the large one.
 * Run: npm run perf -- patches [folder]; SPOTBENCH_PYTHON names a Python with tifffile, imagecodecs and NumPy.
 */
const SIZE = 224;
const GRID = 64;

/** 63 rows of 64 spots, and what is left of 4,000, over the slide; the first ones reach beyond its edge. */
function spotsOver(sidePx: number) {
  const step = sidePx / GRID;
  const at = Array.from({ length: 4000 }, (_, i) => [(i % GRID) * step, Math.floor(i / GRID) * step]);
  const [x, y] = [0, 1].map((axis) => Float32Array.from(at, (place) => Math.floor(place[axis])));
  return { ids: at.map((_, i) => `s${i}`), arrayX: x, arrayY: y, pixelX: x, pixelY: y };
}

/** The measured part, in a process of its own: prints seconds and the hash of the patches. */
async function extract(tiff: string, folder: string): Promise<void> {
  const image = await readImageSize(tiff);
  const start = monotonicMs();
  const slides = [{ id: 'slide', image, spots: spotsOver(image.widthPx) }];
  await writePatchStore(folder, { slides, views: [{ name: 'patch', sizePx: SIZE }] });
  const seconds = (monotonicMs() - start) / 1000;
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const store = await openPatchStore(folder, { verify: false });
  await store.close();
  const sha256 = await hashFile(join(folder, 'slide', 'patch.rgb'));
  process.stdout.write(JSON.stringify({ seconds, peakRssMb, sha256 }));
}

interface Extraction {
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly sha256: string;
}

function inOwnProcess(tiff: string, folder: string): Extraction {
  const args = ['--import', 'tsx', import.meta.filename, '--extract', tiff, folder];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (run.status !== 0) throw new Error(`extraction from ${tiff} failed`);
  return JSON.parse(run.stdout) as Extraction;
}

async function compare(folder: string, compression: 'none' | 'jpeg', sidePx: number): Promise<void> {
  const tiff = join(folder, `${compression}.tif`);
  await makeLargeTiff(tiff, sidePx, compression);
  const peer = runTorch('patches.py', tiff, SIZE, GRID, join(folder, 'peer.rgb'));
  const ours = inOwnProcess(tiff, join(folder, 'store'));
  report(`4,000 patches of ${SIZE} px from a ${compression} tiff of ${sidePx} px`, ours.seconds, peer, {
    peakRssMb: ours.peakRssMb,
    memoryRatio: typeof peer === 'string' ? null : Number((ours.peakRssMb / peer.peakRssMb).toPrecision(3)),
    // JPEG decoders of other versions may differ by a level here and there.
    equalBytes: typeof peer === 'string' ? null : (peer as unknown as Extraction).sha256 === ours.sha256,
  });
  await rm(tiff);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'spotbench-perf-'));
  try {
    await compare(folder, 'none', 20_000);
    await compare(folder, 'jpeg', 20_000);
    await compare(folder, 'none', 28_284);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await (process.argv[2] === '--extract' ? extract(process.argv[3], process.argv[4]) : main());
