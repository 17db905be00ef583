/** The `tensorflow` engine: what it says where libtensorflow is missing, and equal losses where it is there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createEngine, probeEngine, train } from '@spotbench/engine';
import { findTensorflow } from '../src/engines/tensorflow-library.ts';
import { toyOptions } from './toy-training.ts';

const { ready, found, advice } = await probeEngine('tensorflow', 'cpu');
const notice = ready ? '' : ` (skipped: ${found}; ${advice})`;

describe.skipIf(!ready)(`tensorflow/cpu${notice}`, () => {
  test('the same short training gives the same losses as onnx/cpu and tfjs/js', async () => {
    const losses = async (name: 'onnx' | 'tensorflow' | 'tfjs', device: string): Promise<number[]> => {
      const { history } = await train(await toyOptions({ engine: await createEngine({ name, device }), epochs: 6 }));
      return history.map(({ loss }) => loss);
    };
    const ours = await losses('tensorflow', 'cpu');
    const others = [await losses('onnx', 'cpu'), await losses('tfjs', 'js')];
    expect(ours.at(-1)).toBeLessThan(ours[0]);
    // rtol 1e-5: float32 sums in another order, through 18 updates of Adam.
    for (const other of others) {
      ours.forEach((loss, epoch) => expect(Math.abs(loss - other[epoch]) / other[epoch]).toBeLessThan(1e-5));
    }
  });

  test('a started libtensorflow without a GPU refuses the device cuda and says why', async () => {
    const cuda = await probeEngine('tensorflow', 'cuda');
    expect(cuda.ready || cuda.found.includes('to start on cuda')).toBe(true);
  });
});

describe('findTensorflow', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spotbench-tensorflow-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('sees what a package lacks', () => {
    const at = (): string => folder;
    expect(findTensorflow('cuda', () => undefined)).toEqual([{ name: '@tensorflow/tfjs-node-gpu' }]);
    expect(findTensorflow('cpu', at).map(({ name }) => name)).toEqual([
      '@tensorflow/tfjs-node',
      '@tensorflow/tfjs-node-gpu',
    ]);
    expect(findTensorflow('cuda', at)[0]).toMatchObject({ folder, binding: undefined, library: undefined });
    touch('deps/lib', 'libtensorflow.so.2.9.1');
    touch('lib/napi-v8', 'tfjs_binding.node');
    expect(findTensorflow('cuda', at)[0]).toMatchObject({
      library: join(folder, 'deps/lib/libtensorflow.so.2.9.1'),
      binding: join(folder, 'lib/napi-v8/tfjs_binding.node'),
    });
  });

  function touch(sub: string, file: string): void {
    mkdirSync(join(folder, sub), { recursive: true });
    writeFileSync(join(folder, sub, file), '');
  }
});
