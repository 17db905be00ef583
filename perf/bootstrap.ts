import { monotonicMs } from '@spotbench/core';
import type { GeneScore, ScoredSection } from '@spotbench/core';
import { scoreMatrix } from '../packages/core/src/metrics/score-matrix.ts';
import { bootstrapHeadlines } from '../packages/core/src/statistics/bootstrap.ts';
import { percentileInterval } from '../packages/core/src/statistics/interval.ts';
import { largestDifference, runPeer } from './peers/peer.ts';

/**
 * Hierarchical bootstrap of 20 methods x 8 patients x 4 sections x 1,000 genes, 1,000 draws, against NumPy as matrix
 * products, each on one thread. Shared resamples serve all methods on both sides.
 * Run: npx tsx perf/bootstrap.ts [methods] [patients] [sections per patient] [genes] [draws]
 */
function main(): void {
  const defaults = [20, 8, 4, 1000, 1000];
  const [methods, patients, sections, genes, draws] = defaults.map((value, i) => Number(process.argv[i + 2] ?? value));
  const geneNames = Array.from({ length: genes }, (_, g) => `G${String(g).padStart(6, '0')}`);
  const matrices = Array.from({ length: methods }, (_, m) =>
    scoreMatrix(scoredSections(m, patients, sections, geneNames), geneNames),
  );
  bootstrapHeadlines(matrices.slice(0, 1), { seed: 0, draws: 20 }); // compiled before the clock starts
  const start = monotonicMs();
  const result = bootstrapHeadlines(matrices, { seed: 1, draws });
  for (const row of result.draws) percentileInterval(row, result.units, 0.95);
  const ours = (monotonicMs() - start) / 1000;
  const moments = result.draws.map(meanAndSd);
  const average = (of: (m: { mean: number; sd: number }) => number): number =>
    moments.reduce((sum, m) => sum + of(m), 0) / methods;
  const sums = { mean: average((m) => m.mean), sd: average((m) => m.sd) };
  const peer = runPeer('bootstrap.py', methods, patients, sections, genes, draws);
  const missing = typeof peer === 'string';
  const line = {
    name: `bootstrap ${methods} methods x ${patients} patients x ${sections} sections x ${genes} genes, ${draws} draws`,
    ours: round(ours),
    peer: missing ? null : round(peer.seconds),
    unit: 's',
    ratio: missing ? null : round(ours / peer.seconds),
    ...(missing
      ? { noPeer: peer }
      : { monteCarloDifference: round(largestDifference(sums, peer.sums)), versions: peer.versions }),
    threads: 1,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    node: process.version,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const round = (value: number): number => Number(value.toPrecision(3));

function meanAndSd(draws: Float64Array): { mean: number; sd: number } {
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  return { mean, sd: Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length) };
}

/** The scores of method m by the formula the peer uses too. */
function scoredSections(m: number, patients: number, sections: number, genes: readonly string[]): ScoredSection[] {
  return Array.from({ length: patients * sections }, (_, s) => ({
    patient: `P${String(Math.floor(s / sections)).padStart(3, '0')}`,
    section: `S${String(s).padStart(4, '0')}`,
    rows: genes.map((gene, g) => row(gene, 0.2 + 0.01 * m + 0.1 * Math.sin(s + 3 * g + 5 * m))),
  }));
}

function row(gene: string, pcc: number): GeneScore {
  const absent = { spearman: null, r2: null, mse: null, mae: null, truthMean: 0, truthVar: 1, predVar: 1 };
  return { ...absent, gene, nSpots: 300, pcc, undefined: null };
}

main();
