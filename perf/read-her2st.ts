import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { librarySizes, targetRule } from '@spotbench/core';
import { mapColumns } from '../packages/core/src/counts/csr.ts';
import { forEachTarget } from '../packages/core/src/expression/target-rule.ts';
import { parseCountTable } from '../packages/core/src/readers/count-table.ts';
import { readBytes } from '../packages/core/src/readers/read-bytes.ts';
import { inOwnProcess, type Measured, ratiosTo, startMeasuring } from './peers/own-process.ts';
import { report, runTorch } from './peers/torch.ts';

/**
 * Reads every count file of her2st, takes ln(1 + 10,000 count / library size) of every gene and keeps all of it, as a run over
 * all sections would, against pandas and scanpy, each in a process of its own: time and peak memory. Two peers: `dense`, what
 * `read_csv` gives put into AnnData as it is; `sparse`, made compressed rows first, as ours are. Budget: 0.5 of the dense one's time
 * and memory. Run: SPOTBENCH_DATA=... SPOTBENCH_PYTHON=... npm run perf -- read-her2st
 */
interface Her2stSums extends Measured {
  readonly spots: number;
  readonly molecules: number;
  /** Sum of all normalised values. */
  readonly total: number;
}

async function readAll(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tsv.gz')).sort();
  const stop = startMeasuring();
  const sections = [];
  for (const name of files) {
    const path = join(folder, name);
    const { counts } = parseCountTable(await readBytes(path), path);
    const normalised = new Float32Array(counts.values.length);
    let k = 0;
    forEachTarget(counts, mapColumns(counts, counts.genes), targetRule('log1p-10k'), (_, __, value) => {
      normalised[k++] = value;
    });
    sections.push({ counts, normalised });
  }
  const print = stop();
  const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
  print({
    spots: sections.reduce((n, { counts }) => n + counts.indptr.length - 1, 0),
    molecules: sections.reduce((n, { counts }) => n + sum(librarySizes(counts)), 0),
    total: sections.reduce((n, { normalised }) => n + sum(normalised), 0),
  });
}

function compare(folder: string): void {
  const ours = inOwnProcess(import.meta.filename, '--read', folder) as Her2stSums;
  const { spots, molecules, total } = ours;
  for (const kind of ['dense', 'sparse']) {
    const peer = runTorch('read_her2st.py', folder, kind);
    const theirs = typeof peer === 'string' ? undefined : (peer as unknown as Her2stSums);
    report(`read-her2st, 35 count files, against ${kind} pandas + scanpy`, ours.seconds, peer, {
      ...ratiosTo(ours, peer),
      spots,
      molecules,
      sameCounts: theirs ? theirs.spots === spots && theirs.molecules === molecules : null,
      totalDifference: theirs ? Math.abs(total / theirs.total - 1) : null,
    });
  }
}

const [mode, given] = process.argv.slice(2);
const folder = join(process.env.SPOTBENCH_DATA ?? '', 'her2st', 'ST-cnts');
if (mode === '--read') await readAll(given);
else if (process.env.SPOTBENCH_DATA !== undefined && existsSync(folder)) compare(folder);
else
  process.stdout.write(
    `${JSON.stringify({ name: 'read-her2st', skipped: `set SPOTBENCH_DATA to a folder with her2st/ST-cnts (now ${process.env.SPOTBENCH_DATA ?? 'unset'})` })}\n`,
  );
