/**
 * Convolution, pooling, resizing and attention by what torch 2.5.1 gives in float64 for inputs and weights made by `u01` and
 * `goldenParameter`; gradients are those of sum(y^3). Images go in and come out in PyTorch's layout.
 */
import { memory, mul, slice, sum, tensor, tidy, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  batchNorm,
  batchNormSpecs,
  conv2d,
  createEngine,
  crossAttention,
  crossAttentionSpecs,
  maxPool2d,
  multiHeadAttention,
  resizeBilinear,
  valueAndGradients,
  type EngineChoice,
  type StepFunction,
} from '@spotbench/engine';
import { goldenParameter, u01 } from '@spotbench/engine/testing';

const engines: EngineChoice[] = [{ name: 'tfjs' }, { name: 'onnx' }];
const IMAGE = [1, 2, 4, 3];
const start = (name: string, shape: readonly number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: Float32Array.from(u01(name, size)) } as const;
};
const last = (x: Tensor): Tensor4D => transpose(x as Tensor4D, [0, 2, 3, 1]);
const first = (x: Tensor): Tensor4D => transpose(x as Tensor4D, [0, 3, 1, 2]);

/** Runs y = op(state) and the gradients of sum(y^3) with respect to every member of the state. */
async function run(
  choice: EngineChoice,
  op: (state: Readonly<Record<string, Tensor>>) => Tensor,
  state: Record<string, ReturnType<typeof start>>,
) {
  const step: StepFunction = (given) => {
    const { value, gradients } = valueAndGradients(() => {
      const y = op(given);
      return { total: sum(mul(mul(y, y), y)), terms: {}, updates: { y } };
    }, given);
    const named = Object.entries(gradients).map(([name, gradient]) => [`d${name}`, gradient] as const);
    return { state: given, outputs: { y: value.updates!.y, ...Object.fromEntries(named) } };
  };
  const compiled = await (await createEngine(choice)).compile(step, { state, inputs: {} });
  const outputs = await compiled.run({});
  await compiled.dispose();
  return outputs;
}

function near(found: ArrayLike<number>, expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => expect(Math.abs(found[i] - value) / scale, `element ${i}`).toBeLessThan(1e-6));
}

describe.each(engines)('on $name', (engine) => {
  test('resizing between pixel centres, and its gradient', async () => {
    const { y, dx } = await run(engine, ({ x }) => first(resizeBilinear(last(x), 6, 2)), { x: start('x', IMAGE) });
    expect(y.shape).toEqual([1, 2, 6, 2]);
    near(
      y.data,
      [
        0.20692016, 0.40582262, 0.50515691, 0.31662895, 0.77801274, 0.2661153, 0.67648902, 0.42083537, 0.74180593,
        0.49698292, 0.83250377, 0.53445044, 0.3814728, 0.73362413, 0.45944639, 0.53847004, 0.51279613, 0.37180349,
        0.41430071, 0.48575364, 0.57868115, 0.44973382, 0.76768545, 0.38522647,
      ],
    );
    near(
      dx.data,
      [
        0.38341734, 0.28891999, 0.48334263, 1.5936401, 0.63520723, 0.31198157, 1.7041196, 0.78020304, 0.63648955,
        2.1784512, 1.0330004, 0.92054989, 0.56490072, 0.70068476, 1.5371536, 0.79489403, 0.48958914, 0.6738734,
        0.79717533, 0.5063254, 0.72180088, 1.702748, 0.75472993, 0.56144181,
      ],
    );
  });

  test('a strided, padded convolution', async () => {
    const state = { x: start('x', IMAGE), w: start('w', [3, 2, 3, 3]) };
    const op = ({ x, w }: Readonly<Record<string, Tensor>>) =>
      first(conv2d({ 'c.weight': w }, 'c', last(x), { stride: 2, pad: 1 }));
    const { y, dx, dw } = await run(engine, op, state);
    near(
      y.data,
      [
        1.7173133, 2.5668398, 3.3593573, 3.0767315, 1.8775886, 2.1104609, 3.4962592, 2.7891797, 1.3492163, 1.7807604,
        2.5743168, 3.1039834,
      ],
    );
    near(
      dx.data,
      [
        10.794405, 41.288308, 18.387887, 53.671772, 90.49246, 59.43044, 39.173631, 106.10078, 36.972441, 47.890638,
        71.024605, 39.774895, 19.91061, 45.930001, 34.79197, 64.654808, 94.958982, 62.669151, 72.591874, 99.99007,
        61.902435, 56.078419, 45.253223, 54.019422,
      ],
    );
    expect(u01('v', dw.data.length).reduce((total, v, i) => total + v * dw.data[i], 0)).toBeCloseTo(723.9765952, 2);
  });

  test('a depthwise convolution', async () => {
    const state = { x: start('x', IMAGE), w: start('d', [2, 1, 3, 3]) };
    const op = ({ x, w }: Readonly<Record<string, Tensor>>) =>
      first(conv2d({ 'c.weight': w }, 'c', last(x), { stride: 2, pad: 1 }));
    const { y, dx, dw } = await run(engine, op, state);
    near(y.data, [1.0400546, 0.66066118, 1.8872934, 1.1463258, 1.2340297, 1.2016225, 1.6476672, 1.1573359]);
    near(
      dx.data,
      [
        1.6859435, 2.3743365, 0.68028096, 6.2694636, 13.371387, 2.3979957, 5.55149, 7.5483219, 2.0480797, 8.0982017,
        4.2519567, 2.9876235, 1.3835476, 3.3361294, 1.3118342, 1.3703485, 15.496923, 1.2157554, 2.4665042, 4.1572443,
        1.2169192, 2.1154094, 10.732644, 1.0436967,
      ],
    );
    expect(u01('v', dw.data.length).reduce((total, v, i) => total + v * dw.data[i], 0)).toBeCloseTo(64.6647168, 3);
  });

  test('padding never wins a max pool', async () => {
    const x = start('x', IMAGE);
    const state = { x: { ...x, data: x.data.map((value) => value - 1) } };
    const op = ({ x: images }: Readonly<Record<string, Tensor>>) =>
      first(maxPool2d(last(images), { kernel: 3, stride: 2, pad: 1 }));
    const { y } = await run(engine, op, state);
    near(
      y.data,
      [-0.0067702532, -0.54978448, -0.0067702532, -0.40355206, -0.093359768, -0.093359768, -0.093359768, -0.093359768],
    );
  });

  test('cross-attention with two heads', async () => {
    const specs = crossAttentionSpecs(4);
    const names = Object.keys(specs);
    const weights = names.map((name) => [`a.${name}`, goldenParameter(`a.${name}`, specs[name].shape)] as const);
    const state = { ...Object.fromEntries(weights), q: start('q', [1, 2, 4]), c: start('c', [1, 3, 4]) };
    const op = (given: Readonly<Record<string, Tensor>>) => crossAttention(given, 'a', given.q, given.c, 2);
    const { y, dq } = await run(engine, op, state);
    near(y.data, [0.2817684, 0.29160509, -0.15247093, -0.03900152, 0.27602898, 0.30283915, -0.1555685, -0.02757458]);
    const expected = [
      0.001923791, -0.002935306, -0.0003078926, 0.001449862, 0.002284692, -0.003501731, -0.0002418022, 0.001960522,
    ];
    // Differences of nearly equal softmax terms: a digit less.
    expected.forEach((value, i) => expect(Math.abs(dq.data[i] - value)).toBeLessThan(2e-8));
  });
});

test('batch norm and resizing leave no tensor behind', () => {
  const names = Object.keys(batchNormSpecs(2));
  const params = Object.fromEntries(names.map((name) => [`n.${name}`, tensor([1, 2])]));
  const x = tensor(start('x', IMAGE).data, [1, 4, 3, 2]);
  const before = memory().numTensors;
  tidy(() => {
    const { value } = valueAndGradients(
      () => {
        const { y, updates } = batchNorm(params, 'n', x, 'train');
        return { total: sum(resizeBilinear(y as Tensor4D, 5, 5)), terms: {}, updates };
      },
      { x, weight: params['n.weight'] },
    );
    expect(Object.keys(value.updates!)).toEqual(['n.running_mean', 'n.running_var']);
  });
  expect(memory().numTensors).toBe(before);
});

test('wrong shapes are named', () => {
  const weight = tensor(goldenParameter('w', [3, 2, 3, 3]).data as Float32Array, [3, 2, 3, 3]);
  const image = tensor(Float32Array.from(u01('x', 32)), [1, 4, 4, 2]);
  expect(() => conv2d({ 'c.weight': weight }, 'c', slice(image, [0, 0, 0, 0], [1, 2, 4, 2]))).toThrow(
    'c: needs an image of at least 3 px, got [1, 2, 4, 2]',
  );
  expect(() => conv2d({ 'c.weight': weight }, 'c', slice(image, [0, 0, 0, 0], [1, 4, 4, 1]))).toThrow(
    'c: the input must be [..., 2], got [1, 4, 4, 1]',
  );
  const tokens = tensor(Float32Array.from(u01('t', 6)), [1, 2, 3]);
  expect(() => multiHeadAttention(tokens, tokens, tokens, 2)).toThrow('must be a multiple of 2 heads, got 3');
});
