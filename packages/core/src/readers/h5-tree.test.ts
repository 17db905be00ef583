import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openH5 } from './h5-tree.ts';
import { fixture, messageOf } from './testing/fixtures.ts';
import { writeH5 } from './testing/write-h5.ts';

/** More than is read at a time. */
const MANY = 300_000;

describe('numbers of an HDF5 dataset', () => {
  it('come in blocks as they stand in the file, whatever their type', async () => {
    const int32 = Int32Array.from({ length: MANY }, (_, i) => 7 * i - 5);
    const float64 = Float64Array.from(int32, (value) => value / 3);
    const int64 = BigInt64Array.from(int32, (value) => BigInt(value) * 1_000_000_007n);
    const tree = await openH5(await writeH5({ int32, float64, int64: int64 as never }));
    expect(await tree.numbers('int32')).toEqual(int32);
    expect(await tree.numbers('float64')).toEqual(float64);
    expect(await tree.numbers('int64')).toEqual(Float64Array.from(int64, Number));
    await tree.close();
  });

  it.each<[string, number[], Int32ArrayConstructor | Float64ArrayConstructor]>([
    ['all that int32 holds', [], Int32Array],
    ['a first one that int32 does not hold', [0], Float64Array],
    ['a last one that int32 does not hold', [MANY - 1], Float64Array],
  ])('are int32 where 64-bit integers fit, else float64: %s', async (_, large, type) => {
    const values = Float64Array.from({ length: MANY }, (_, i) => (large.includes(i) ? 2 ** 31 + i : i));
    const tree = await openH5(await writeH5({ values: BigInt64Array.from(values, BigInt) as never }));
    const found = await tree.numbers('values');
    expect(found).toBeInstanceOf(type);
    expect(found).toEqual(type.from(values));
    await tree.close();
  });

  it('come by the library where they are stored in a way that is not looked into', async () => {
    const int64 = BigInt64Array.from({ length: MANY }, (_, i) => BigInt(i) * 1_000_000_007n);
    const path = await writeH5({ int64: int64 as never, float32: Float32Array.from(int64, Number) });
    // A user block, with which addresses do not count from the start of the file.
    await writeFile(path, Buffer.concat([Buffer.alloc(512), await readFile(path)]));
    const tree = await openH5(path);
    expect(await tree.numbers('int64')).toEqual(Float64Array.from(int64, Number));
    expect(await tree.numbers('float32')).toEqual(Float32Array.from(int64, Number));
    await tree.close();
  });

  it.each([
    ['other/float16', 'does not read ("Float16 not supported"); write it again as float32'],
    ['other/lzf', 'compressed with lzf, which cannot be read; write it again with gzip'],
  ])('say what to do where they cannot be read: %s', async (name, message) => {
    const tree = await openH5(fixture('h5-storage/earliest.h5'));
    expect(await messageOf(tree.numbers(name))).toContain(message);
    await tree.close();
  });

  it('are refused where float64 does not hold them, with their place in the whole', async () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    const good = new BigInt64Array(MANY).fill(most).with(1, -most).with(2, -1n);
    const edge = await openH5(await writeH5({ edge: good as never }));
    expect((await edge.numbers('edge')).slice(0, 3)).toEqual(Float64Array.of(Number(most), -Number(most), -1));
    const tree = await openH5(await writeH5({ large: good.with(MANY - 1, most + 1n) as never }));
    expect(await messageOf(tree.numbers('large'))).toContain(`entry ${MANY}: needed a number below 2^53`);
    const negative = await openH5(await writeH5({ large: good.with(0, -most - 1n) as never }));
    expect(await messageOf(negative.numbers('large'))).toContain('entry 1: needed a number below 2^53');
    const unsigned = BigUint64Array.of(5n, 2n ** 32n, 2n ** 64n - 1n);
    const last = await openH5(await writeH5({ large: unsigned as never }));
    expect(await messageOf(last.numbers('large'))).toContain(
      'entry 3: needed a number below 2^53, found 18446744073709551615',
    );
  });
});
