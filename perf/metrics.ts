import { monotonicMs, scoreSection } from '@spotbench/core';
import type { NamedExpression } from '@spotbench/core';
import { largestDifference, runPeer } from './peers/peer.ts';

/**
 * Scores one section of 36,000 genes x 4,000 spots (Pearson, Spearman, R2, MSE, MAE per gene) against NumPy and SciPy
 * vectorised over blocks of genes, each on one thread, one after the other. Budget: ratio at most 1.0, and memory beyond the
 * two matrices that does not grow with the number of genes.
 * Run: npx tsx perf/metrics.ts [genes] [spots]
 */
function main(): void {
  const genes = Number(process.argv[2] ?? 36000);
  const spots = Number(process.argv[3] ?? 4000);
  const pair = sectionPair(genes, spots);
  scoreSection(sectionPair(64, 100)); // compiled before the clock starts, as NumPy is
  const rssBefore = process.memoryUsage().rss;
  const start = monotonicMs();
  const rows = scoreSection(pair);
  const ours = (monotonicMs() - start) / 1000;
  const sum = (name: 'pcc' | 'spearman' | 'r2' | 'mse' | 'mae'): number => rows.reduce((s, row) => s + row[name]!, 0);
  const sums = { pcc: sum('pcc'), spearman: sum('spearman'), r2: sum('r2'), mse: sum('mse'), mae: sum('mae') };
  const extraMb = Math.round((process.resourceUsage().maxRSS * 1024 - rssBefore) / 2 ** 20);
  const peer = runPeer('metrics.py', genes, spots);
  const known = typeof peer === 'string' ? { peer: null, ratio: null, noPeer: peer } : undefined;
  const result = {
    name: `score ${genes} genes x ${spots} spots`,
    ours: round(ours),
    ...(known ?? compare(ours, sums, peer as Exclude<typeof peer, string>)),
    unit: 's',
    threads: 1,
    extraMb,
    node: process.version,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function compare(ours: number, sums: Record<string, number>, peer: Exclude<ReturnType<typeof runPeer>, string>) {
  return {
    peer: round(peer.seconds),
    ratio: round(ours / peer.seconds),
    largestRelativeDifference: largestDifference(sums, peer.sums),
    peerPeakRssMb: Math.round(peer.peakRssMb),
    versions: peer.versions,
  };
}

const round = (value: number): number => Number(value.toPrecision(3));

const LEVELS = Float32Array.from([...new Array<number>(10).fill(0), ...[1, 1, 1, 2, 3, 6].map(Math.log1p)]);

/** Expression like counts (10 of 16 values 0) and a noisy prediction, from the integer hash that the peer uses too. */
function sectionPair(geneCount: number, spotCount: number): { truth: NamedExpression; prediction: NamedExpression } {
  const genes = Array.from({ length: geneCount }, (_, g) => `G${g}`);
  const spotIds = Array.from({ length: spotCount }, (_, s) => `S${s}`);
  const truth = new Float32Array(geneCount * spotCount);
  const prediction = new Float32Array(truth.length);
  for (let i = 0; i < truth.length; i++) {
    let x = Math.imul(i, 0x9e3779b1);
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    truth[i] = LEVELS[x & 15];
    prediction[i] = (x >>> 8) * 2 ** -24 + 0.5 * truth[i];
  }
  return { truth: { spotIds, genes, values: truth }, prediction: { spotIds, genes, values: prediction } };
}

main();
