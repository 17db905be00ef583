import { Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { OnnxModel } from '../compile/onnx/model.ts';
import { openSession } from './onnx-session.ts';
import { runInto, withoutCopies } from './uncopied-run.ts';

const SIZE = 1 << 20;

/** twice = x + x, for a million floats: 4 MB. */
const doubling: OnnxModel = {
  nodes: [{ op: 'Add', domain: '', name: 'add', inputs: ['x', 'x'], outputs: ['twice'], attributes: {} }],
  initializers: new Map(),
  inputs: [{ name: 'x', type: 'float32', shape: [SIZE] }],
  outputs: [{ name: 'twice', type: 'float32', shape: [SIZE] }],
};

const filled = (value: number, size = SIZE) => new Tensor('float32', new Float32Array(size).fill(value), [size]);

test('outputs are written into the arrays given, and nowhere else', async () => {
  const session = await openSession(withoutCopies(doubling), {});
  const [x, twice] = [filled(1.5), filled(0)];
  const before = process.memoryUsage().arrayBuffers;
  await runInto(session, { x }, { twice });
  const grown = process.memoryUsage().arrayBuffers - before;
  await session.release();
  expect(twice.data.every((value) => value === 3)).toBe(true);
  expect(grown).toBeLessThan(SIZE); // a copy would be 4 * SIZE
});

test('errors of ONNX Runtime come through', async () => {
  const session = await openSession(withoutCopies(doubling), {});
  await expect(runInto(session, { x: filled(1, 3) }, { twice: filled(0) })).rejects.toThrow(/dimensions/);
  await session.release();
});
