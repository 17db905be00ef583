import { grad, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createEngine } from '../engines/create-engine.ts';
import { gradientError } from '../testing/gradient-check.ts';
import { l2Normalise } from './l2-normalise.ts';

const rows = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(3, -4, 0, 0) } as const;

test.each(['onnx', 'tfjs'] as const)(
  'rows have length 1, and one of zeros stays with a finite slope (%s)',
  async (name) => {
    const engine = await createEngine({ name });
    const slope = grad((x: Tensor) => sum(l2Normalise(x)));
    const step = await engine.compile((_, { x }) => ({ state: {}, outputs: { y: l2Normalise(x), dx: slope(x) } }), {
      state: {},
      inputs: { x: rows },
    });
    const { y, dx } = await step.run({ x: rows });
    await step.dispose();
    [0.6, -0.8, 0, 0].forEach((value, i) => expect(y.data[i]).toBeCloseTo(value, 6));
    // torch.nn.functional.normalize (torch 2.5.1): x / 1e-12 there, so 1e12.
    [0.224, 0.168, 1e12, 1e12].forEach((value, i) => expect(dx.data[i] / value).toBeCloseTo(1, 5));
    const first = { ...rows, shape: [1, 2], data: rows.data.slice(0, 2) };
    expect(await gradientError(engine, l2Normalise, [first])).toBeLessThan(1e-3);
  },
);
