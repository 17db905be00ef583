import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { librarySizes, loadH5wasm, readAnndata, readTenxH5 } from '@spotbench/core';
import { inOwnProcess, type Measured, ratiosTo, startMeasuring } from './peers/own-process.ts';
import { report, runTorch } from './peers/torch.ts';

/**
 * A count file of 5,000 spots x 36,601 genes, as 10x h5 and as h5ad (plain and gzip), against scanpy and anndata, each in a process of its own.
 * Ours checks every count and gathers genes of one symbol; theirs does not. Budget: ratio of time at most 1.0.
 * Run: SPOTBENCH_PYTHON=... npm run perf -- read-visium [spots] [genes]; a Python with scanpy and anndata.
 */
interface VisiumSums extends Measured {
  readonly spots: number;
  readonly entries: number;
  readonly molecules: number;
}

async function readOne(path: string): Promise<void> {
  // Theirs are imported before the clock starts, too.
  await loadH5wasm();
  const stop = startMeasuring();
  const { counts } = await (path.endsWith('.h5ad') ? readAnndata(path) : readTenxH5(path));
  const print = stop();
  const molecules = librarySizes(counts).reduce((a, b) => a + b, 0);
  print({ spots: counts.indptr.length - 1, entries: counts.values.length, molecules });
}

async function compare(spots: string, genes: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-perf-'));
  try {
    const made = runTorch('make_counts.py', folder, spots, genes);
    if (typeof made === 'string') throw new Error(made);
    for (const file of ['counts.h5', 'counts.h5ad', 'counts-gzip.h5ad']) {
      const path = join(folder, file);
      const ours = inOwnProcess(import.meta.filename, '--read', path) as VisiumSums;
      const peer = runTorch('read_visium.py', path);
      const theirs = typeof peer === 'string' ? undefined : (peer as unknown as VisiumSums);
      report(`read ${file}, ${spots} x ${genes}`, ours.seconds, peer, {
        ...ratiosTo(ours, peer),
        share: (made as unknown as { share: number }).share,
        sameCounts: theirs ? theirs.entries === ours.entries && theirs.molecules === ours.molecules : null,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [first = '5000', second = '36601'] = process.argv.slice(2);
await (first === '--read' ? readOne(second) : compare(first, second));
