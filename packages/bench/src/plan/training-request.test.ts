import { afterEach, expect, it, vi } from 'vitest';
import { PRECISION_VARIABLE, trainingEnvironment, trainingOptions, trainingRequest } from './training-request.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('takes options before the environment, and that before the defaults', () => {
  expect(trainingRequest({})).toEqual({ precision: 'float32', smallerBatch: false });
  vi.stubEnv(PRECISION_VARIABLE, 'mixed');
  expect(trainingRequest({ smallerBatch: true })).toEqual({ precision: 'mixed', smallerBatch: true });
  expect(trainingRequest({ precision: 'float32' }).precision).toBe('float32');
  expect(() => trainingRequest({ precision: 'mixde' })).toThrow('did you mean "mixed"');
});

it('comes back from the environment and the command line that it makes', () => {
  const asked = { precision: 'mixed', smallerBatch: true } as const;
  for (const [name, value] of Object.entries(trainingEnvironment(asked))) vi.stubEnv(name, value);
  expect(trainingRequest({})).toEqual(asked);
  expect(trainingOptions(asked)).toBe(' --precision mixed --smaller-batch');
  const defaults = { precision: 'float32', smallerBatch: false } as const;
  expect(Object.values(trainingEnvironment(defaults))).toEqual(['', '']);
  expect(trainingOptions(defaults)).toBe('');
});
