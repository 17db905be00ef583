import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { Her2stSource } from '../her2st.ts';

/** Three spots, three genes; counts in the order of the file, a zero row of ERBB2. */
export const COUNTS = ['\tERBB2\tFASN\tGNAS', '1x1\t0\t3\t1', '2x1\t0\t0\t12', '1x2\t0\t7\t0', ''].join('\n');

/** The same spots in another order. */
export const SELECTION = [
  'x\ty\tnew_x\tnew_y\tpixel_x\tpixel_y\tselected',
  '1\t2\t1.01\t2.02\t10.5\t20.25\t1',
  '1\t1\t1.02\t0.98\t10.9\t10.1\t1',
  '2\t1\t2.00\t1.00\t39\t29\t1',
  '',
].join('\n');

/** What to put into the files of a section; the rest is a good section of 40 x 30 pixels. */
export interface TinySection {
  counts?: string | Uint8Array;
  selection?: string | Uint8Array;
  image?: Uint8Array;
}

/** Writes a section in the her2st layout into a new temporary folder. Text counts are gzipped, bytes written as they are. */
export async function writeTinySection(parts: TinySection = {}): Promise<Her2stSource> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-her2st-'));
  const source = {
    countsPath: join(folder, 'T1.tsv.gz'),
    spotsPath: join(folder, 'T1_selection.tsv'),
    imagePath: join(folder, 'T1.jpg'),
    id: 'T1',
    patient: 'T',
  };
  const counts = parts.counts ?? COUNTS;
  await writeFile(source.countsPath, typeof counts === 'string' ? gzipSync(counts) : counts);
  await writeFile(source.spotsPath, parts.selection ?? SELECTION);
  await writeFile(source.imagePath, parts.image ?? (await tinyJpeg()));
  return source;
}

/** A JPEG of 40 x 30 pixels with enough detail that cutting it short loses pixels. */
export async function tinyJpeg(): Promise<Buffer> {
  const [width, height] = [40, 30];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}
