import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { highlyVariableGenes, type HvgFlavour, readAnndata } from '@spotbench/core';
import { inOwnProcess, type Measured, ratiosTo, startMeasuring } from './peers/own-process.ts';
import { report, runTorch } from './peers/torch.ts';

/**
 * The 2,000 most variable genes of 5,000 spots x 36,601 genes from raw counts, normalisation included, against scanpy, each in
 * a process of its own; the file is read before the clock starts. Budget: ratio at most 1.0.
 * Run: SPOTBENCH_PYTHON=... npm run perf -- hvg [spots] [genes]; a Python with scanpy and scikit-misc.
 */
const TOP = 2000;

interface Chosen extends Measured {
  readonly chosen: readonly string[];
}

async function choose(path: string, flavour: HvgFlavour): Promise<void> {
  const { counts } = await readAnndata(path);
  const stop = startMeasuring();
  const { chosen } = highlyVariableGenes([{ id: 'section', counts }], { flavour, topGenes: TOP });
  stop()({ chosen });
}

async function compare(spots: string, genes: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-perf-'));
  try {
    const made = runTorch('make_counts.py', folder, spots, genes);
    if (typeof made === 'string') throw new Error(made);
    const path = join(folder, 'counts.h5ad');
    for (const flavour of ['seurat', 'cell_ranger', 'seurat_v3']) {
      const ours = inOwnProcess(import.meta.filename, '--choose', path, flavour) as Chosen;
      const peer = runTorch('hvg.py', path, flavour, TOP);
      const theirs = new Set(typeof peer === 'string' ? [] : (peer as unknown as Chosen).chosen);
      report(`highly variable genes (${flavour}), ${spots} x ${genes}`, ours.seconds, peer, {
        ...ratiosTo(ours, peer),
        chosen: ours.chosen.length,
        chosenByBoth: ours.chosen.filter((gene) => theirs.has(gene)).length,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [first = '5000', second = '36601', flavour] = process.argv.slice(2);
await (first === '--choose' ? choose(second, flavour as HvgFlavour) : compare(first, second));
