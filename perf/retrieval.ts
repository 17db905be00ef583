import { retrievalPredictor } from '@spotbench/engine';
import { rowLengths } from '../packages/engine/src/retrieval/embeddings.ts';
import { nearestKeys } from '../packages/engine/src/retrieval/nearest-keys.ts';
import { largestDifference, runPeer, type PeerResult } from './peers/peer.ts';

/**
 * Nearest keys by cosine, and the whole prediction (weights 1 / d^2, weighted mean of expression), against NumPy's matrix
 * product with argpartition on the same arrays; both on one thread, one after the other, by processor time (the same as
 * elapsed time when nothing else runs), each the best of several rounds. Budget: ratio at most 0.5 for finding the neighbours.
 * Run: npm run perf -- retrieval [queries] [keys] [width] [genes] [k,k,...] [rounds]; rounds 0 runs ours once, without peer.
 */
const [queryCount = 4000, keyCount = 100_000, width = 256, geneCount = 250] = process.argv.slice(2, 6).map(Number);
const neighbourCounts = (process.argv[6] ?? '50,200').split(',').map(Number);
const rounds = Number(process.argv[7] ?? 3);

const queries = numbers(queryCount * width, 1);
const bank = {
  embeddings: numbers(keyCount * width, 2 ** 30),
  expression: numbers(keyCount * geneCount, 2 ** 31),
  width,
  geneCount,
  sections: [],
  spotIds: [],
};

for (const k of neighbourCounts) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const runs = [];
  for (let round = 0; round < Math.max(1, rounds); round++) {
    const ours = await measure(k);
    const peer = rounds === 0 ? 'not asked for' : runPeer('retrieval.py', queryCount, keyCount, width, geneCount, k);
    runs.push({ ours, peer });
  }
  const extraMb = Math.round((process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20);
  const size = `${queryCount} queries x ${keyCount} keys x ${width}, k ${k}`;
  report(`nearest keys, ${size}`, runs, { ours: 'found', peer: 'seconds' }, extraMb);
  report(`prediction of ${geneCount} genes, ${size}`, runs, { ours: 'whole', peer: 'wholeSeconds' }, extraMb);
}

type Peer = PeerResult & { readonly wholeSeconds: number };
interface Run {
  readonly ours: Awaited<ReturnType<typeof measure>>;
  readonly peer: PeerResult | string;
}

/** Seconds to find the neighbours, and for the whole prediction; sums by which both sides are compared. */
async function measure(k: number) {
  let start = processor();
  const [found, keys] = await search(k);
  const seconds = processor() - start;
  start = processor();
  const predictor = retrievalPredictor({ topK: k, maxFraction: null, weights: 'inverse-square-l2', threads: 1 });
  const prediction = await predictor.predict(queries, bank);
  const whole = processor() - start;
  if (found !== queryCount) throw new Error(`perf: ${found} of ${queryCount} queries answered`);
  return { found: seconds, whole, sums: { prediction: prediction.reduce((sum, x) => sum + Math.abs(x), 0), keys } };
}

/** Seconds of processor time of this process so far, all its threads. */
function processor(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Queries answered, and the sum of all their neighbours. */
async function search(count: number): Promise<[number, number]> {
  const [q, k] = [queries, bank.embeddings].map((values) => ({ values, width }));
  const lengths = { queryLengths: rowLengths(q, String), keyLengths: rowLengths(k, String) };
  let [found, sum] = [0, 0];
  await nearestKeys({ queries: q, keys: k, ...lengths, count, threads: 1 }, (_query, neighbours) => {
    found++;
    for (const key of neighbours) sum += key;
  });
  return [found, sum];
}

function report(
  name: string,
  runs: readonly Run[],
  what: { ours: 'found' | 'whole'; peer: 'seconds' | 'wholeSeconds' },
  extraMb: number,
): void {
  const ours = Math.min(...runs.map((run) => run.ours[what.ours]));
  const peers = runs.map(({ peer }) => peer);
  const failed = peers.find((peer) => typeof peer === 'string');
  const compared = failed === undefined ? compare(ours, runs, what.peer) : { peer: null, ratio: null, noPeer: failed };
  const result = { name, ours: round(ours), ...compared, unit: 's', threads: 1, extraMb, node: process.version };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function compare(ours: number, runs: readonly Run[], what: 'seconds' | 'wholeSeconds') {
  const peers = runs.map(({ peer }) => peer as Peer);
  const seconds = Math.min(...peers.map((peer) => peer[what]));
  return {
    peer: round(seconds),
    ratio: round(ours / seconds),
    largestRelativeDifference: largestDifference(runs[0].ours.sums, peers[0].sums),
    peerPeakRssMb: Math.round(peers[0].peakRssMb),
    versions: peers[0].versions,
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** Sums of two hashed uniforms, -1..1: the integer hash that the peer uses too. */
function numbers(length: number, seed: number): Float32Array {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) out[i] = uniform(2 * i + seed) + uniform(2 * i + 1 + seed);
  return out;
}

function uniform(index: number): number {
  let x = Math.imul(index, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  x = (x ^ (x >>> 16)) >>> 0;
  return (x >>> 8) * 2 ** -24 - 0.5;
}
