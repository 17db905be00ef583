import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ReferenceBank } from '@spotbench/core';
import { neighbourCount, retrievalPredictor } from '@spotbench/engine';
import type { RetrievalOptions } from '@spotbench/engine';
import { u01 } from '@spotbench/engine/testing';

interface Golden {
  readonly config: { keys: number; queries: number; width: number; genes: number };
  readonly results: Readonly<Record<string, { prediction: { data: readonly number[] } }>>;
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/retrieval.json', import.meta.url), 'utf8')) as Golden;
const { keys, queries, width, genes } = golden.config;
const signed = (name: string, count: number) => Float32Array.from(u01(name, count), (u) => 2 * u - 1);

describe('golden predictions of the published evaluation code', () => {
  const bank = bankOf(
    signed('retrieval.key', keys * width),
    Float32Array.from(u01('retrieval.expression', keys * genes), (u) => 3 * u),
    width,
    genes,
  );
  const rules: Readonly<Record<string, RetrievalOptions>> = {
    'top200, inverse-square L1': { topK: 200, maxFraction: null, weights: 'inverse-square-l1' },
    'top200, inverse-square L2': { topK: 200, maxFraction: null, weights: 'inverse-square-l2' },
    'top50, mean': { topK: 50, maxFraction: null, weights: 'mean' },
  };

  test.each(Object.keys(golden.results))('%s', async (rule) => {
    const predicted = await retrievalPredictor(rules[rule]).predict(signed('retrieval.query', queries * width), bank);
    golden.results[rule].prediction.data.forEach((value, i) =>
      expect(predicted[i], `number ${i}`).toBeCloseTo(value, 5),
    );
  });
});

describe('prediction', () => {
  const options: RetrievalOptions = { topK: 2, maxFraction: null, weights: 'inverse-square-l2' };
  const bank = bankOf(Float32Array.of(1, 0, 0, 1, 3, 0.1), Float32Array.of(10, 20, 30), 2, 1);

  test('weights by 1 / d^2 of the two nearest by angle, by hand', async () => {
    // (2, 0): keys 0 (d = 1) and 2 (d^2 = 1.01); weights 1 and 1 / 1.01.
    const [predicted] = await retrievalPredictor(options).predict(Float32Array.of(2, 0), bank);
    expect(predicted).toBeCloseTo((10 + 30 / 1.01) / (1 + 1 / 1.01), 5);
  });

  test('a neighbour at distance 0 takes all the weight', async () => {
    const [predicted] = await retrievalPredictor(options).predict(Float32Array.of(1, 0), bank);
    expect(predicted).toBe(10);
  });

  test('the order of queries and of keys changes nothing', async () => {
    const predictor = retrievalPredictor({ ...options, topK: 3 });
    const ab = await predictor.predict(Float32Array.of(2, 0.3, -1, 0.5), bank);
    const ba = await predictor.predict(
      Float32Array.of(-1, 0.5, 2, 0.3),
      bankOf(Float32Array.of(3, 0.1, 1, 0, 0, 1), Float32Array.of(30, 10, 20), 2, 1),
    );
    expect([ba[1], ba[0]]).toEqual([expect.closeTo(ab[0], 5), expect.closeTo(ab[1], 5)]);
  });

  test('a query gets the same bits alone as among others', async () => {
    const many = bankOf(signed('bits.key', 500 * 8), signed('bits.expression', 500 * 3), 8, 3);
    const queries = signed('bits.query', 40 * 8);
    const predictor = retrievalPredictor({ topK: 20, maxFraction: null, weights: 'inverse-square-l1' });
    const together = await predictor.predict(queries, many);
    for (const n of [0, 17, 39]) {
      const alone = await predictor.predict(queries.slice(n * 8, (n + 1) * 8), many);
      expect([...alone]).toEqual([...together.subarray(n * 3, (n + 1) * 3)]);
    }
  });

  test('nothing for no queries', async () => {
    expect(await retrievalPredictor(options).predict(new Float32Array(0), bank)).toEqual(new Float32Array(0));
  });

  test('names the row that is not finite', async () => {
    const broken = bankOf(Float32Array.of(1, 0, 0, NaN, 3, 0.1), Float32Array.of(10, 20, 30), 2, 1);
    const named = { ...broken, sections: ['A', 'B', 'B'], spotIds: ['1x1', '2x7', '3x1'] };
    const predict = (queries: number[], keysOf: ReferenceBank) =>
      retrievalPredictor(options).predict(Float32Array.from(queries), keysOf);
    await expect(predict([1, 0], named)).rejects.toThrow('the one of key 1 (section B, spot 2x7) holds NaN');
    await expect(predict([1, 0, 2, Infinity], bank)).rejects.toThrow('the one of query 1 holds NaN or infinity');
  });

  test('more neighbours than keys is known before there are keys', async () => {
    const predictor = retrievalPredictor({ ...options, topK: 4 });
    expect(() => predictor.requireKeys!(3)).toThrow('needed at least 4 training spots');
    expect(() => predictor.requireKeys!(4)).not.toThrow();
    await expect(predictor.predict(Float32Array.of(1, 0), bank)).rejects.toMatchObject({ tag: 'bad-config' });
  });

  test('refuses queries of another width', async () => {
    await expect(retrievalPredictor(options).predict(Float32Array.of(1, 2, 3), bank)).rejects.toThrow('width 2');
  });
});

describe('neighbourCount', () => {
  test('the published number, capped by a share of the bank', () => {
    expect(neighbourCount({ topK: 200, maxFraction: 0.075 }, 9000)).toBe(200);
    expect(neighbourCount({ topK: 200, maxFraction: 0.075 }, 600)).toBe(45);
    expect(neighbourCount({ topK: 200, maxFraction: 0.075 }, 1)).toBe(1);
  });

  test('refuses more neighbours than keys', () => {
    expect(() => neighbourCount({ topK: 200, maxFraction: null }, 199)).toThrow(
      'needed at least 200 training spots to average 200 neighbours, got 199',
    );
    expect(() => neighbourCount({ topK: 200, maxFraction: 0.1 }, 0)).toThrow('got 0');
  });
});

function bankOf(
  embeddings: Float32Array,
  expression: Float32Array,
  bankWidth: number,
  geneCount: number,
): ReferenceBank {
  return { embeddings, expression, width: bankWidth, geneCount, sections: [], spotIds: [] };
}
