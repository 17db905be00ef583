import { SpotbenchError, type ReferenceBank } from '@spotbench/core';
import { z } from 'zod';
import { sizeOf } from '../host-shape.ts';
import type { NeighbourWeights } from '../retrieval/neighbour-weights.ts';
import { retrievalPredictor } from '../retrieval/retrieval-predictor.ts';
import { arrayError } from './golden-errors.ts';
import { parseJson } from './golden-file.ts';
import { u01 } from './golden-formula.ts';
import { comparedRow, type GoldenRow } from './golden-row.ts';

const count = z.int().positive();
const schema = z.strictObject({
  case: z.string().optional(),
  config: z.strictObject({
    keys: count,
    queries: count,
    width: count,
    genes: count,
    inputs: z.literal(
      'key = 2*u01("retrieval.key",[K,D])-1; query = 2*u01("retrieval.query",[Q,D])-1; expression = 3*u01("retrieval.expression",[K,G])',
    ),
    neighbours: z.literal('by cosine similarity, descending'),
    weights: z.literal('1/d^2 over the un-normalised vectors, normalised to sum 1'),
  }),
  results: z.record(
    z
      .string()
      .regex(
        /^top\d+, (mean|inverse-square L[12])$/,
        'needs a rule such as "top200, inverse-square L1" or "top50, mean"',
      ),
    z.strictObject({
      /** Row numbers of the nearest keys of each query, nearest first. */
      first_neighbours: z.array(z.array(z.int().nonnegative())),
      prediction: z.strictObject({ shape: z.array(count), data: z.array(z.number()) }),
    }),
  ),
});

/** Neighbours and predictions of retrieval rules, on keys and queries made by the golden formula. */
export type GoldenRetrieval = z.infer<typeof schema>;

/** True for a file without `method`: it holds retrieval rules, not a model. @throws SpotbenchError `bad-data` as `parseJson`. */
export function isRetrievalFile(text: string, path: string): boolean {
  const content = parseJson(text, path);
  return typeof content === 'object' && content !== null && !('method' in content);
}

/** @throws SpotbenchError `bad-data` naming every field that is missing, unknown or of another form. */
export function parseGoldenRetrieval(text: string, path: string): GoldenRetrieval {
  const parsed = schema.safeParse(parseJson(text, path));
  if (!parsed.success) throw new SpotbenchError('bad-data', `${path}: ${z.prettifyError(parsed.error)}`);
  const { config, results } = parsed.data;
  for (const [rule, { prediction, first_neighbours: first }] of Object.entries(results)) {
    const { shape, data } = prediction;
    const whole = shape.join() === [config.queries, config.genes].join() && data.length === sizeOf(shape);
    if (whole && first.length === config.queries) continue;
    throw new SpotbenchError(
      'bad-data',
      `${path}: results."${rule}": needed a prediction [${config.queries}, ${config.genes}] and neighbours of ${config.queries} queries`,
    );
  }
  return parsed.data;
}

/** The engine's retrieval on the file's rules: first neighbours exactly, predictions to 1e-5 of their largest magnitude. */
export async function compareRetrieval({ config, results }: GoldenRetrieval): Promise<GoldenRow[]> {
  const { keys: K, queries: Q, width: D, genes: G } = config;
  const queries = floats('retrieval.query', Q * D, (u) => 2 * u - 1);
  const bank = bankOf(
    floats('retrieval.key', K * D, (u) => 2 * u - 1),
    D,
    floats('retrieval.expression', K * G, (u) => 3 * u),
  );
  const rows: GoldenRow[] = [];
  for (const [rule, expected] of Object.entries(results)) {
    const { topK, weights } = ruleOf(rule);
    const found = await retrievalPredictor({ topK, weights, maxFraction: null }).predict(queries, bank);
    const depth = Math.max(...expected.first_neighbours.map((each) => each.length));
    const nearest = await nearestKeys(queries, bank, depth);
    rows.push(neighbourRow(rule, nearest, expected.first_neighbours));
    rows.push(comparedRow(`${rule}: prediction`, arrayError(found, expected.prediction.data), null));
  }
  return rows;
}

function ruleOf(rule: string): { topK: number; weights: NeighbourWeights } {
  const [, topK, weights] = /^top(\d+), (.*)$/.exec(rule)!;
  return { topK: Number(topK), weights: weights.replace(' L', '-l') as NeighbourWeights };
}

/** Share of neighbours that are another key, or in another place. */
function neighbourRow(rule: string, found: readonly number[][], expected: readonly number[][]): GoldenRow {
  const wrong = expected.map((keys, q) => keys.filter((key, rank) => found[q][rank] !== key).length);
  const at = wrong.findIndex((n) => n > 0);
  const share = wrong.reduce((a, b) => a + b, 0) / expected.flat().length;
  return comparedRow(`${rule}: first neighbours`, share, null, at < 0 ? undefined : `query ${at}`);
}

/**
 * The nearest keys of each query, nearest first, as predictions see them: of keys that predict their own number, the m
 * nearest average to something, and number m is what comes in between m - 1 and m. [Q][depth]
 */
async function nearestKeys(queries: Float32Array, bank: ReferenceBank, depth: number): Promise<number[][]> {
  const numbered = bankOf(
    bank.embeddings,
    bank.width,
    Float32Array.from({ length: bank.spotIds.length }, (_, i) => i),
  );
  let before = new Float64Array(queries.length / bank.width);
  const nearest = Array.from(before, (): number[] => []);
  for (let m = 1; m <= depth; m++) {
    const means = await retrievalPredictor({ topK: m, weights: 'mean', maxFraction: null }).predict(queries, numbered);
    const sums = Float64Array.from(means, (mean) => m * mean);
    sums.forEach((sum, q) => nearest[q].push(Math.round(sum - before[q])));
    before = sums;
  }
  return nearest;
}

function bankOf(embeddings: Float32Array, width: number, expression: Float32Array): ReferenceBank {
  const keys = embeddings.length / width;
  const spotIds = Array.from({ length: keys }, (_, i) => `key-${i}`);
  const sections = spotIds.map(() => 'golden');
  return { embeddings, expression, width, geneCount: expression.length / keys, sections, spotIds };
}

const floats = (name: string, length: number, change: (u: number) => number): Float32Array =>
  Float32Array.from(u01(name, length), change);
