import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors, requireParameters, writeSafetensors } from '@spotbench/engine';
import type { HostArrays } from '@spotbench/engine';
import { decodeSafetensors, encodeSafetensors } from '../src/state/safetensors.ts';

const arrays: HostArrays = {
  'fc.weight': { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
  'fc.bias': { dtype: 'float32', shape: [2], data: Float32Array.of(-1.5, 2.25) },
  index: { dtype: 'int32', shape: [2, 1], data: Int32Array.of(7, -9) },
  mask: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  scalar: { dtype: 'float32', shape: [], data: Float32Array.of(3.5) },
};

test('reads what the reference implementation wrote (scripts/golden_safetensors.py)', () => {
  const file = readFileSync(new URL('../fixtures/reference.safetensors', import.meta.url));
  expect(decodeSafetensors(file, 'reference')).toEqual({ arrays, metadata: { origin: 'safetensors 0.4.5' } });
});

describe('reads what PyTorch and timm write', () => {
  const file = (name: string) => readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url));
  const { arrays: torch } = decodeSafetensors(file('reference-torch'), 'torch');
  const edges = [0, -0, 1, -2.5, 65504, 2 ** -14, 2 ** -24, -3 * 2 ** -24, Infinity, -Infinity];

  test('batch norm with its int64 counter, as int32', () => {
    expect(torch['norm.num_batches_tracked']).toEqual({ dtype: 'int32', shape: [], data: Int32Array.of(1) });
    // Batch of 0..15 as [2, 2, 2, 2]: channel means 5.5 and 9.5, momentum 0.1.
    expect([...torch['norm.running_mean'].data]).toEqual([expect.closeTo(0.55, 6), expect.closeTo(0.95, 6)]);
    expect([...torch.limits.data]).toEqual([2 ** 31 - 1, -(2 ** 31)]);
  });

  test('float16 and bfloat16 widened without loss', () => {
    expect(torch.half).toEqual({ dtype: 'float32', shape: [11, 1], data: Float32Array.from([...edges, NaN]) });
    // 8 bits of fraction: 65504 rounds to 65536, 3.39e38 to the largest, 1e-40 to a multiple of 2^-133.
    const brain = edges.map((value) => (value === 65504 ? 65536 : value));
    const rest = [(2 - 2 ** -7) * 2 ** 127, Math.round(1e-40 * 2 ** 133) * 2 ** -133];
    expect([...torch.brain.data]).toEqual([...brain, ...rest]);
  });

  test('an integer beyond 32 bits is named', () => {
    const read = () => decodeSafetensors(file('reference-too-large'), 'w.safetensors');
    expect(read).toThrow('w.safetensors: array "step" holds 2147483648 at 1; needed 32-bit integers');
  });

  test('the counter is written as int64 again, other integers as int32', () => {
    const counters: HostArrays = {
      'bn.num_batches_tracked': { dtype: 'int32', shape: [], data: Int32Array.of(-3) },
      'bn.other': { dtype: 'int32', shape: [], data: Int32Array.of(4) },
    };
    const bytes = Buffer.from(encodeSafetensors({ arrays: counters, metadata: {} }));
    expect(bytes.toString('latin1')).toContain(
      '"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"bn.other":{"dtype":"I32"',
    );
    expect(decodeSafetensors(bytes, 'w').arrays).toEqual(counters);
  });
});

test('round trip through a file, in one step', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-'));
  const path = join(folder, 'weights.safetensors');
  await writeSafetensors(path, arrays, { note: 'héllo' });
  expect(await readSafetensors(path)).toEqual({ arrays, metadata: { note: 'héllo' } });
  expect(await readdir(folder)).toEqual(['weights.safetensors']);
  await rm(folder, { recursive: true });
});

test('exact bytes of a one-number file', () => {
  const file = encodeSafetensors({
    arrays: { x: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } },
    metadata: {},
  });
  const header = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  '; // padded to a multiple of 8
  expect([...file]).toEqual([header.length, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(header), 0, 0, 0x80, 0x3f]);
});

describe('refuses', () => {
  const whole = Buffer.from(encodeSafetensors({ arrays, metadata: {} }));
  const withHeader = (header: string, bytes = 0): Buffer => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]);
  };

  test.each([
    ['an empty file', Buffer.alloc(0), '0 bytes'],
    ['a foreign file', Buffer.from('\x89PNG\r\n\x1a\n and more'), 'not a safetensors file'],
    ['a cut header', whole.subarray(0, 40), 'cut off'],
    ['cut data', whole.subarray(0, whole.length - 1), 'of data'],
    ['bytes too many', Buffer.concat([whole, Buffer.alloc(4)]), 'of data'],
    ['a header that is not JSON', withHeader('{"x":'), 'not JSON'],
    ['an array without offsets', withHeader('{"x":{"dtype":"F32","shape":[1]}}'), 'array "x" is not described'],
    ['a null array', withHeader('{"x":null}'), 'array "x" is not described'],
    ['a gap', withHeader('{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8), 'array "x" begins at byte 4'],
    ['a wrong size', withHeader('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4), 'array "x" of shape [2]'],
    [
      'a type unknown here',
      withHeader('{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8),
      'array "x" is F64',
    ],
    ['a wrong 16-bit size', withHeader('{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}', 8), 'has 8 bytes'],
    ['metadata of numbers', withHeader('{"__metadata__":{"epoch":3}}'), '__metadata__ is not a record of texts'],
  ])('%s', (_what, file, message) => {
    expect(() => decodeSafetensors(file, 'w.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(file, 'w.safetensors')).toThrow('w.safetensors: ');
  });

  test('a missing file, by name', async () => {
    await expect(readSafetensors('/nowhere/w.safetensors')).rejects.toMatchObject({ tag: 'missing-data' });
  });

  test('weights of another model: missing, unexpected and misshapen parameters by name', () => {
    const specs = { 'fc.weight': { shape: [3, 2] }, 'fc.bias': { shape: [2] }, head: { shape: [1] } };
    const given = { 'fc.weight': arrays['fc.weight'], 'fc.bias': arrays['fc.bias'], index: arrays.index };
    expect(() => requireParameters(given, specs, 'w.safetensors')).toThrow(
      'w.safetensors: not the weights of this model: missing: head; unexpected: index; wrong shape: fc.weight is [2, 3], needed [3, 2]',
    );
    expect(() => requireParameters(arrays, arrays, 'w')).not.toThrow();
  });
});
