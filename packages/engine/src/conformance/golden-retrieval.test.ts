/** Retrieval rules beside a plain double loop on a few keys, and what is found when a number is moved. */
import { expect, test } from 'vitest';
import { u01 } from './golden-formula.ts';
import { compareRetrieval, isRetrievalFile, parseGoldenRetrieval } from './golden-retrieval.ts';

const [K, Q, D, G] = [9, 2, 3, 2];
const [keys, queries] = [u01('retrieval.key', K * D), u01('retrieval.query', Q * D)].map((all) =>
  all.map((u) => 2 * u - 1),
);
const expression = u01('retrieval.expression', K * G).map((u) => 3 * u);
const row = (all: Float64Array, i: number) => [...all.slice(i * D, (i + 1) * D)];
const dot = (a: number[], b: number[]) => a.reduce((total, x, d) => total + x * b[d], 0);

/** Nearest first by cosine similarity. */
function ranked(q: number): number[] {
  const cosine = (k: number) => dot(row(queries, q), row(keys, k)) / Math.hypot(...row(keys, k));
  return Array.from({ length: K }, (_, k) => k).sort((a, b) => cosine(b) - cosine(a));
}

function fileOf() {
  const neighbours = [0, 1].map((q) => ranked(q).slice(0, 4));
  const mean = neighbours.flatMap((near) =>
    [0, 1].map((g) => near.reduce((sum, k) => sum + expression[k * G + g] / 4, 0)),
  );
  return {
    case: 'retrieval',
    config: {
      keys: K,
      queries: Q,
      width: D,
      genes: G,
      inputs:
        'key = 2*u01("retrieval.key",[K,D])-1; query = 2*u01("retrieval.query",[Q,D])-1; expression = 3*u01("retrieval.expression",[K,G])',
      neighbours: 'by cosine similarity, descending',
      weights: '1/d^2 over the un-normalised vectors, normalised to sum 1',
    },
    results: { 'top4, mean': { first_neighbours: neighbours, prediction: { shape: [Q, G], data: mean } } },
  };
}

const failed = async (file: object) =>
  (await compareRetrieval(parseGoldenRetrieval(JSON.stringify(file), 'r.json'))).filter(
    ({ status }) => status !== 'ok',
  );

test('agrees with a double loop; a moved number or neighbour is found', async () => {
  expect(await failed(fileOf())).toEqual([]);
  const other = fileOf();
  other.results['top4, mean'].first_neighbours[1].reverse();
  expect(await failed(other)).toMatchObject([{ value: 'top4, mean: first neighbours', at: 'query 1' }]);
  const moved = fileOf();
  moved.results['top4, mean'].prediction.data[3] *= 1.0001;
  expect(await failed(moved)).toMatchObject([{ value: 'top4, mean: prediction' }]);
});

test('a file with a method is no retrieval file; unknown rules and inputs are refused by name', () => {
  expect(isRetrievalFile('{"config":{}}', 'r.json')).toBe(true);
  expect(isRetrievalFile('{"method":"mclSTExp"}', 'r.json')).toBe(false);
  const { config, results } = fileOf();
  const parse = (file: object) => () => parseGoldenRetrieval(JSON.stringify(file), 'r.json');
  expect(parse({ config: { ...config, inputs: 'other' }, results })).toThrow('inputs');
  expect(parse({ config, results: { 'top4, median': results['top4, mean'] } })).toThrow('top4, median');
  expect(parse({ config: { ...config, queries: 3 }, results })).toThrow('needed a prediction [3, 2]');
});
