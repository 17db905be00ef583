import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '@spotbench/core';
import { BestKeys, kthLargest } from './best-keys.ts';
import { dotProduct, rowLengths, type Rows } from './embeddings.ts';
import { nearestKeys, type Blocking, type Search } from './nearest-keys.ts';
import { RUN } from './similarity-block.ts';

/** Small enough that every test crosses block borders. */
const SMALL: Blocking = { group: 3, queries: 2, keys: 32 };

describe('nearestKeys', () => {
  test('is sorting all cosines in float64, whatever the blocks', async () => {
    const search = searchOf(rows('query', 7, 24), rows('key', 301, 24), 17);
    for (const blocking of [undefined, SMALL, { group: 5, queries: 5, keys: 64 }]) {
      expect(await found(search, blocking)).toEqual(sorted(search));
    }
  });

  test('of duplicates the lowest, more of them than any buffer holds', async () => {
    const [one, other] = [rows('one', 1, 16).values, rows('other', 1, 16).values];
    const values = Float32Array.from({ length: 700 * 16 }, (_, i) => (i % 32 < 16 ? one : other)[i % 16]);
    const search = searchOf({ values: one, width: 16 }, { values, width: 16 }, 5);
    expect(await found(search, SMALL)).toEqual([[0, 2, 4, 6, 8]]);
  });

  test('of keys closer together than float32 can tell, the nearest in float64', async () => {
    const [query, noise] = [rows('query', 1, 64), rows('noise', 600, 64).values];
    const values = noise.map((number, i) => query.values[i % 64] + 1e-4 * number); // cosines 1 - 1e-8: one step of float32
    const search = searchOf(query, { values, width: 64 }, 40);
    expect(await found(search, SMALL)).toEqual(sorted(search));
  });

  test('a query or key of length 0 has cosine 0 to everything', async () => {
    const keys = { values: Float32Array.of(-1, 0, 0, 0, 1, 0), width: 2 };
    expect(await found(searchOf({ values: Float32Array.of(2, 0, 0, 0), width: 2 }, keys, 2))).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });
});

describe('BestKeys', () => {
  test('finds the exact k best among scores rounded by any amount up to the margin', () => {
    const margin = 0.05;
    const scored = fc.record({
      exact: fc.integer({ min: -20, max: 20 }).map((n) => n / 40),
      off: fc.float({ min: -1, max: 1, noNaN: true }),
    });
    const neighbours = fc.integer({ min: 1, max: 60 });
    const runs = fc.constantFrom(1, 7, 64); // of the last, whole runs outnumber the neighbours
    fc.assert(
      fc.property(fc.array(scored, { minLength: 300, maxLength: 1200 }), neighbours, runs, (keys, k, runsInBlock) => {
        const best = new BestKeys(k, margin, (key) => keys[key].exact);
        const size = RUN * runsInBlock;
        for (let at = 0; at < keys.length; at += size) {
          const part = keys.slice(at, at + size);
          best.offer(blockOf(part.map(({ exact, off }) => exact + 0.99 * margin * off)), 0, at, part.length);
        }
        const order = keys.map((_, i) => i).sort((a, b) => keys[b].exact - keys[a].exact || a - b);
        expect([...best.nearest()]).toEqual(order.slice(0, k).sort((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });
});

test('kthLargest agrees with sorting', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }), fc.nat(), (values, n) => {
      const k = 1 + (n % values.length);
      expect(kthLargest(Float32Array.from(values), k)).toBe([...values].sort((a, b) => b - a)[k - 1]);
    }),
  );
});

function blockOf(scores: readonly number[]) {
  const sizes = { queries: 1, keys: RUN * Math.ceil(scores.length / RUN), width: 1 };
  const runs = Array.from({ length: sizes.keys / RUN }, (_, i) => scores.slice(i * RUN, (i + 1) * RUN));
  const largest = Float32Array.from(runs, (run) => Math.max(...run));
  return { scores: Float32Array.from(scores), largest, sizes, run: RUN };
}

function rows(name: string, count: number, width: number): Rows {
  const random = createRandom(1, name);
  return { values: Float32Array.from({ length: count * width }, () => 2 * random.uniform() - 1), width };
}

function searchOf(queries: Rows, keys: Rows, count: number): Search {
  const lengths = (of: Rows) => rowLengths(of, String);
  return { queries, queryLengths: lengths(queries), keys, keyLengths: lengths(keys), count };
}

async function found(search: Search, blocking?: Blocking): Promise<number[][]> {
  const all: number[][] = [];
  await nearestKeys(search, (query, neighbours) => (all[query] = [...neighbours]), blocking);
  return all;
}

function sorted({ queries, queryLengths, keys, keyLengths, count }: Search): number[][] {
  return Array.from(queryLengths, (_, query) => {
    const scores = Array.from(keyLengths, (length, key) => dotProduct(queries, query, keys, key) / length);
    const order = scores.map((_score, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
    return order.slice(0, count).sort((a, b) => a - b);
  });
}
