import { scoreSection, summarise } from '@spotbench/core';
import type { GeneScore, NamedExpression } from '@spotbench/core';
import { largestDifference, runPeer } from './peers/peer.ts';

const NAMES = ['pcc', 'spearman', 'r2', 'mse', 'mae'] as const;
const DRAWS = 1000;

/**
 * Scores one section of 36,000 genes x 4,000 spots (Pearson, Spearman, R2, MSE, MAE per gene) and takes the mean of each over
 * genes with an interval from 1,000 bootstrap draws, against NumPy and SciPy vectorised over blocks of genes, each on one
 * thread, one after the other, by processor time. Budget: ratio at most 1.0, and memory beyond the two matrices that does not grow with them.
 * Run: npx tsx perf/metrics.ts [genes] [spots]
 */
function main(): void {
  const genes = Number(process.argv[2] ?? 36000);
  const spots = Number(process.argv[3] ?? 4000);
  const pair = sectionPair(genes, spots);
  summaries(scoreSection(sectionPair(64, 100))); // compiled before the clock starts, as NumPy is
  const rssBefore = process.memoryUsage().rss;
  const before = process.cpuUsage();
  const rows = scoreSection(pair);
  const scored = secondsSince(before);
  const intervals = summaries(rows);
  const ours = secondsSince(before);
  const sums = Object.fromEntries(NAMES.map((name) => [name, rows.reduce((s, row) => s + row[name]!, 0)]));
  const extraMb = Math.round((process.resourceUsage().maxRSS * 1024 - rssBefore) / 2 ** 20);
  const peer = runPeer('metrics.py', genes, spots);
  const known = typeof peer === 'string' ? { peer: null, ratio: null, noPeer: peer } : undefined;
  const result = {
    name: `score ${genes} genes x ${spots} spots, five metrics with ${DRAWS} bootstrap draws of each`,
    ours: round(ours),
    bootstrap: round(ours - scored),
    ...(known ?? compare(ours, sums, intervals, peer as Exclude<typeof peer, string>)),
    unit: 's of processor time',
    threads: 1,
    extraMb,
    node: process.version,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Processor time of all threads: what else the machine does counts for neither side. */
function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Half the width of each metric's interval. */
function summaries(rows: readonly GeneScore[]): Record<string, number> {
  const genes = rows.map(({ gene }) => gene);
  const sections = [{ patient: 'P', section: 'S', rows }];
  return Object.fromEntries(
    NAMES.map((metric) => {
      const { ci } = summarise([{ seed: 0, sections }], { genes, metric, bootstrap: { seed: 1, draws: DRAWS } });
      return [metric, (ci![1] - ci![0]) / 2];
    }),
  );
}

function compare(
  ours: number,
  sums: Record<string, number>,
  intervals: Record<string, number>,
  peer: Exclude<ReturnType<typeof runPeer>, string> & { readonly intervals?: Record<string, number> },
) {
  return {
    peer: round(peer.seconds),
    ratio: round(ours / peer.seconds),
    largestRelativeDifference: largestDifference(sums, peer.sums),
    monteCarloDifference: round(largestDifference(intervals, peer.intervals!)),
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
