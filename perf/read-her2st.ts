import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { librarySizes, monotonicMs } from '@spotbench/core';
import { parseCountTable } from '../packages/core/src/readers/count-table.ts';
import { readBytes } from '../packages/core/src/readers/read-bytes.ts';

/**
 * Reads every count file of her2st and keeps all of them, as a run over all sections would: seconds and peak memory.
 * Budget: 15 s and 1 GB for the 35 files, on 2 cores. Run: SPOTBENCH_DATA=... npx tsx perf/read-her2st.ts
 */
async function main(): Promise<void> {
  const folder = join(process.env.SPOTBENCH_DATA ?? '', 'her2st', 'ST-cnts');
  if (process.env.SPOTBENCH_DATA === undefined || !existsSync(folder)) {
    print({
      skipped: `set SPOTBENCH_DATA to a folder with her2st/ST-cnts (now ${process.env.SPOTBENCH_DATA ?? 'unset'})`,
    });
    return;
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tsv.gz')).sort();
  const start = monotonicMs();
  const tables = [];
  for (const name of files) {
    const path = join(folder, name);
    tables.push(parseCountTable(await readBytes(path), path));
  }
  const seconds = (monotonicMs() - start) / 1000;
  const counts = tables.map((table) => table.counts);
  print({
    seconds: Number(seconds.toFixed(2)),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    files: files.length,
    spots: tables.reduce((sum, { rowIds }) => sum + rowIds.length, 0),
    nnz: counts.reduce((sum, { values }) => sum + values.length, 0),
    molecules: counts.reduce((sum, matrix) => sum + librarySizes(matrix).reduce((a, b) => a + b, 0), 0),
  });
}

function print(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ name: 'read-her2st', ...result })}\n`);
}

await main();
