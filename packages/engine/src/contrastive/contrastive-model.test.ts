import type { ContrastiveMethod, Encoder } from '@spotbench/core';
import { expect, test } from 'vitest';
import { zeros } from '../initialisers/kinds.ts';
import { modelParameters, modelRandom } from './contrastive-model.ts';
import { openEngine } from './open-engine.ts';

const sizes = { featureWidth: 3, tokens: {}, imageSizePx: 0, geneCount: 2, positionCount: 4 };

function modelOf(image: Partial<Encoder>, spot: Partial<Encoder>): ContrastiveMethod {
  const encode: Encoder['encode'] = () => {
    throw new Error('nothing is encoded here');
  };
  return {
    imageEncoder: { parameters: () => ({}), encode, ...image },
    spotEncoder: { parameters: () => ({}), encode, ...spot },
    loss: { compute: encode as never },
    predictor: { predict: () => Promise.reject(new Error('nothing is predicted here')) },
  };
}

test('parameters and random inputs of all parts together', () => {
  const image: Partial<Encoder> = { parameters: ({ featureWidth }) => ({ a: { shape: [featureWidth], init: zeros } }) };
  const spot: Partial<Encoder> = {
    parameters: ({ geneCount }) => ({ b: { shape: [geneCount], init: zeros } }),
    random: (_sizes, batchSize) => ({ mask: { kind: 'bernoulli', keep: 0.5, shape: [batchSize] } }),
  };
  const model = modelOf(image, spot);
  expect(modelParameters(model, sizes)).toEqual({ a: { shape: [3], init: zeros }, b: { shape: [2], init: zeros } });
  expect(modelRandom(model, sizes, 7)).toEqual({ 'random/mask': { kind: 'bernoulli', keep: 0.5, shape: [7] } });
});

test('two parts may not share a name', () => {
  const both: Partial<Encoder> = { parameters: () => ({ 'head.weight': { shape: [1], init: zeros } }) };
  expect(() => modelParameters(modelOf(both, both), sizes)).toThrow(
    'different parameter names in its parts, got "head.weight" twice',
  );
});

test('engines by name and device; auto is the default device', async () => {
  expect((await openEngine({ engine: 'tfjs', device: 'js' })).name).toBe('tfjs/js');
  expect((await openEngine({ engine: 'onnx', device: 'auto' })).name).toBe('onnx/cpu');
  await expect(openEngine({ engine: 'onnx', device: 'cpuu' })).rejects.toThrow(
    'unknown device of engine onnx "cpuu"; did you mean "cpu"',
  );
});
