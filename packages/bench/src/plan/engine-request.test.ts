import { afterEach, expect, it } from 'vitest';
import { DEVICE_VARIABLE, engineEnvironment, ENGINE_VARIABLE, engineRequest } from './engine-request.ts';

afterEach(() => {
  process.env[ENGINE_VARIABLE] = '';
  process.env[DEVICE_VARIABLE] = '';
});

it('takes options before the environment, and the environment before auto', () => {
  expect(engineRequest({})).toEqual({ engine: 'auto', device: 'auto' });
  process.env[ENGINE_VARIABLE] = 'tfjs';
  expect(engineRequest({})).toEqual({ engine: 'tfjs', device: 'auto' });
  expect(engineRequest({ engine: 'onnx', device: 'cpu' })).toEqual({ engine: 'onnx', device: 'cpu' });
});

it('hands cells what was chosen; empty where auto came to the engine that every machine has', () => {
  const auto = { engine: 'auto', device: 'auto' };
  const [cpu, cuda] = [
    { engine: 'onnx', device: 'cpu' },
    { engine: 'tensorflow', device: 'cuda' },
  ];
  expect(Object.values(engineEnvironment(auto, cpu))).toEqual(['', '']);
  expect(Object.values(engineEnvironment(cpu, cpu))).toEqual(['onnx', 'cpu']);
  expect(Object.values(engineEnvironment(auto, cuda))).toEqual(['tensorflow', 'cuda']);
});
