import { describe, expect, test } from 'vitest';
import { createRandom, type Initialiser } from '@spotbench/core';
import { initialise, initialisers, linearSpecs } from '@spotbench/engine';

const draw = (init: Initialiser, shape: number[], seed = 0) =>
  initialise({ w: { shape, init } }, createRandom(seed)).w.data as Float32Array;

describe('moments against the closed form', () => {
  // 40,000 draws each: standard errors of the mean and the standard deviation are below 1 % of the latter.
  test.each([
    {
      name: 'kaimingUniform, linear',
      init: initialisers.kaimingUniform,
      shape: [400, 100],
      std: 0.1 / Math.sqrt(3),
      largest: 0.1,
    },
    {
      name: 'kaimingUniform, conv',
      init: initialisers.kaimingUniform,
      shape: [400, 4, 5, 5],
      std: 0.1 / Math.sqrt(3),
      largest: 0.1,
    },
    {
      name: 'biasUniform',
      init: initialisers.biasUniform([7, 25]),
      shape: [40_000],
      std: 0.2 / Math.sqrt(3),
      largest: 0.2,
    },
    { name: 'standardNormal', init: initialisers.standardNormal, shape: [400, 100], std: 1, largest: 6 },
    {
      name: 'kaimingNormalFanOut',
      init: initialisers.kaimingNormalFanOut,
      shape: [8, 1250, 2, 2],
      std: 0.25,
      largest: 1.5,
    },
    // std of a normal cut at +-2 std: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)) = 0.8796
    { name: 'truncatedNormal', init: initialisers.truncatedNormal(1), shape: [400, 100], std: 0.8796, largest: 2 },
  ])('$name', ({ init, shape, std, largest }) => {
    const values = [...draw(init, shape)];
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean) / std).toBeLessThan(0.02);
    expect(spread / std).toBeCloseTo(1, 1.5);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(largest);
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.6 * largest);
  });

  test('constants', () => {
    expect([...draw(initialisers.ones, [2])]).toEqual([1, 1]);
    expect([...draw(initialisers.zeros, [2])]).toEqual([0, 0]);
  });
});

test('a parameter has its own stream: others come and go without moving it', () => {
  const specs = linearSpecs({ input: 4, output: 3 });
  const both = initialise(specs, createRandom(2));
  expect(initialise({ weight: specs.weight }, createRandom(2)).weight).toEqual(both.weight);
  expect(initialise({ bias: specs.bias }, createRandom(2)).bias).toEqual(both.bias);
  expect(initialise(specs, createRandom(3)).weight).not.toEqual(both.weight);
  expect(new Set(both.weight.data).size).toBe(12);
  const alike = initialise({ first: specs.weight, second: specs.weight }, createRandom(2));
  expect(alike.second.data).not.toEqual(alike.first.data);
});

test('a fan needs a weight', () => {
  expect(() => draw(initialisers.kaimingUniform, [5])).toThrow('fan needs a weight of shape [out, in, ...], got [5]');
});
