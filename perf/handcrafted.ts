import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handcraftedEncoder, monotonicMs, readImageSize } from '@spotbench/core';
import type { SectionImage, Spots } from '@spotbench/core';
import { makeDemoCohort } from '../packages/bench/src/demo/demo-cohort.ts';
import { parseSelectionTable } from '../packages/core/src/readers/selection-table.ts';

/**
 * Encodes every section that has an image, one after the other as a run does: spots a second, decoding included, and peak
 * memory of the process. Budget: 100 spots/s on 2 cores, 1.5 GB. Real her2st where SPOTBENCH_DATA has it, else the demo
 * cohort. Run: SPOTBENCH_DATA=... npx tsx perf/handcrafted.ts
 */
async function main(): Promise<void> {
  const real = join(process.env.SPOTBENCH_DATA ?? '', 'her2st');
  if (process.env.SPOTBENCH_DATA !== undefined && existsSync(real)) {
    await measure('her2st', real);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-perf-'));
  try {
    await makeDemoCohort(join(folder, 'demo'), { seed: 0 });
    await measure('demo', join(folder, 'demo'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(data: string, root: string): Promise<void> {
  const sections = await sectionsWithImages(root);
  const start = monotonicMs();
  const cpuStart = process.cpuUsage();
  for (const { image, spots } of sections) await handcraftedEncoder.encode(image, spots);
  const seconds = (monotonicMs() - start) / 1000;
  const cpu = process.cpuUsage(cpuStart);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const spots = sections.reduce((sum, section) => sum + section.spots.ids.length, 0);
  const result = {
    name: 'handcrafted',
    data,
    sections: sections.length,
    spots,
    seconds: Number(seconds.toFixed(2)),
    spotsPerSecond: Math.round(spots / seconds),
    // Does not suffer from other work on the machine.
    spotsPerCpuSecond: Math.round(spots / cpuSeconds),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function sectionsWithImages(root: string): Promise<{ image: SectionImage; spots: Spots }[]> {
  const images = (await readdir(join(root, 'ST-imgs'), { recursive: true })).filter((path) => path.endsWith('.jpg'));
  return Promise.all(
    images.sort().map(async (path) => {
      const table = join(root, 'ST-spotfiles', `${path.split('/')[1]}_selection.tsv`);
      const spots = parseSelectionTable(await readFile(table), table).filter(({ selected }) => selected);
      const [x, y] = [Float32Array.from(spots, (s) => s.pixelX), Float32Array.from(spots, (s) => s.pixelY)];
      const ids = spots.map(({ array }) => array.key);
      return {
        image: await readImageSize(join(root, 'ST-imgs', path)),
        spots: { ids, arrayX: x, arrayY: y, pixelX: x, pixelY: y },
      };
    }),
  );
}

await main();
