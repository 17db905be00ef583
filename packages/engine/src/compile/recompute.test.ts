import { expect, test } from 'vitest';
import type { OnnxNode } from './onnx/model.ts';
import { recomputed } from './recompute.ts';

const node = (op: string, output: string, ...inputs: string[]): OnnxNode => ({
  op,
  domain: '',
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
});

/** y = relu(z * w), read at once by a product and, after many other nodes, by another; z is read last where `keepsZ`. */
function graph({ keepsZ, op = 'Relu' }: { keepsZ: boolean; op?: string }): OnnxNode[] {
  const filler = Array.from({ length: 200 }, (_, i) => node('Exp', `f${i}`, i === 0 ? 'p' : `f${i - 1}`));
  return [
    node('Conv', 'z', 'x', 'k'),
    node('Mul', 's', 'z', 'w'),
    node(op, 'y', 's'),
    node('MatMul', 'p', 'y', 'v'),
    ...filler,
    node('MatMul', 'dv', 'y', 'f199'),
    node('Greater', 'mask', 'y', 'zero'),
    ...(keepsZ ? [node('Mul', 'dw', 'z', 'dv')] : []),
  ];
}

const large = new Map(['z', 's', 'y', 'p'].map((name) => [name, 1 << 20]));
const copies = (nodes: readonly OnnxNode[]) => nodes.filter(({ name }) => name.endsWith('_again')).map(({ op }) => op);

test('a cheap value is computed again, once, right before its far readers', () => {
  const result = recomputed(graph({ keepsZ: true }), large);
  expect(copies(result)).toEqual(['Mul', 'Relu']);
  const at = (name: string) => result.findIndex((item) => item.name === name);
  expect(at('y_again')).toBe(at('dv') - 1);
  expect([result[at('p')].inputs[0], result[at('dv')].inputs[0], result[at('mask')].inputs[0]]).toEqual([
    'y',
    'y_again',
    'y_again',
  ]);
});

test.each([
  ['what it comes from is not kept', graph({ keepsZ: false }), large],
  ['it is costly', graph({ keepsZ: true, op: 'Erf' }), large],
  ['it is small', graph({ keepsZ: true }), new Map([...large].map(([name]) => [name, 100]))],
  ['its size is not known', graph({ keepsZ: true }), new Map<string, number>()],
])('a value is kept where %s', (_, nodes, sizes) => {
  expect(recomputed(nodes, sizes)).toEqual(nodes);
});
