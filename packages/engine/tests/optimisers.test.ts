/** Optimisers, clipping and schedules against PyTorch; fixtures/optimisers.json says which version and how. */
import { readFileSync } from 'node:fs';
import { tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { adam, adamW, cosineSchedule, createEngine, linearWarmUp, constantSchedule, sgd } from '@spotbench/engine';
import type { Optimiser } from '@spotbench/engine';
import { clipByNorm } from '../src/optimisers/clip-by-norm.ts';

interface Golden {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly cases: Readonly<Record<string, { rates: readonly number[]; after: readonly (readonly number[])[] }>>;
  readonly 'cosine, 7 epochs, 1e-4 to 1e-5': readonly number[];
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/optimisers.json', import.meta.url), 'utf8')) as Golden;

const optimisers: Readonly<Record<string, { optimiser: Optimiser; maxNorm?: number }>> = {
  adam: { optimiser: adam() },
  'adam, L2 0.1': { optimiser: adam({ weightDecay: 0.1 }) },
  'adam, betas 0.5 0.9, eps 1e-3': { optimiser: adam({ beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }) },
  'adamw, decay 0.1': { optimiser: adamW({ weightDecay: 0.1 }) },
  sgd: { optimiser: sgd() },
  'sgd, momentum 0.9, L2 0.1': { optimiser: sgd({ momentum: 0.9, weightDecay: 0.1 }) },
  'adam, clipped to norm 0.5': { optimiser: adam(), maxNorm: 0.5 },
};

// Starts the plain-JS backend that the tensors below live on.
beforeAll(() => createEngine({ name: 'tfjs' }));

describe('optimisers equal PyTorch', () => {
  test('every golden case is tried', () => {
    expect(Object.keys(optimisers)).toEqual(Object.keys(golden.cases));
  });

  test.each(Object.keys(golden.cases))('%s', (name) => {
    const { rates, after } = golden.cases[name];
    const trajectory = parametersAfterEachStep(optimisers[name], rates);
    trajectory.forEach((parameter, step) => {
      // float32 against float64, numbers of about 1.
      parameter.forEach((value, i) => expect(value, `step ${step}, element ${i}`).toBeCloseTo(after[step][i], 5));
    });
  });
});

function parametersAfterEachStep(
  { optimiser, maxNorm }: (typeof optimisers)[string],
  rates: readonly number[],
): number[][] {
  let parameter = tensor([...golden.start]);
  let moments: Readonly<Record<string, Tensor>> = Object.fromEntries(
    optimiser.moments.map((m) => [m, tensor([0, 0, 0, 0, 0])]),
  );
  return rates.map((rate, step) => {
    const next = tidy(() => {
      const raw = { p: tensor([...golden.gradients[step]]) };
      const gradient = (maxNorm === undefined ? raw : clipByNorm(raw, maxNorm)).p;
      const scalars = Object.entries(optimiser.scalars(step + 1, rate)).map(([name, value]) => [name, tensor(value)]);
      return optimiser.update(
        parameter,
        gradient,
        moments,
        Object.fromEntries(scalars) as Record<string, Tensor>,
      ) as never;
    }) as ReturnType<Optimiser['update']>;
    ({ parameter, moments } = next);
    return [...parameter.dataSync()];
  });
}

describe('schedules', () => {
  test('cosine, moved once an epoch, equals CosineAnnealingLR', () => {
    const expected = golden['cosine, 7 epochs, 1e-4 to 1e-5'];
    const schedule = cosineSchedule({ from: 1e-4, to: 1e-5, per: 'epoch' });
    const rates = Array.from({ length: 21 }, (_, update) => schedule({ update, updates: 21, updatesPerEpoch: 3 }));
    rates.forEach((rate, update) => expect(rate).toBeCloseTo(expected[Math.floor(update / 3)], 12));
  });

  test('warm-up climbs to the first rate, then the other schedule begins', () => {
    const schedule = linearWarmUp(4, cosineSchedule({ from: 1, to: 0, per: 'update' }));
    const rates = Array.from({ length: 8 }, (_, update) => schedule({ update, updates: 8, updatesPerEpoch: 8 }));
    expect(rates.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(rates[6]).toBeCloseTo(0.5, 12); // halfway down a cosine over the four that are left
    expect(linearWarmUp(0, constantSchedule(3))({ update: 0, updates: 1, updatesPerEpoch: 1 })).toBe(3);
  });
});
