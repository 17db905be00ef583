import { expect, test } from 'vitest';
import { chooseEngine, type MachineView } from './choose-engine.ts';

/** A machine where the named engines compute. */
const machine = (hasNvidia: boolean, ...ready: string[]): MachineView => ({
  hasNvidia: () => hasNvidia,
  probe: (engine, device) =>
    Promise.resolve({ ready: ready.includes(`${engine}/${device}`), found: 'no libtensorflow', advice: 'add it' }),
});
const auto = { engine: 'auto', device: 'auto' };

test('auto is onnx/cpu, and says why nothing better was taken', async () => {
  const plain = await chooseEngine(auto, machine(false, 'tensorflow/cuda'));
  expect(plain).toEqual({ engine: 'onnx', device: 'cpu', reason: 'auto; tensorflow/cuda: no NVIDIA device' });
  const bare = await chooseEngine(auto, machine(true));
  expect(bare).toMatchObject({ device: 'cpu', reason: 'auto; tensorflow/cuda: no libtensorflow' });
});

test('auto takes CUDA where libtensorflow computes on it, and never WebGPU', async () => {
  expect(await chooseEngine(auto, machine(true, 'tensorflow/cuda'))).toMatchObject({
    engine: 'tensorflow',
    device: 'cuda',
  });
  expect(await chooseEngine(auto, machine(true, 'onnx/webgpu'))).toMatchObject({ engine: 'onnx', device: 'cpu' });
});

test('half a request is filled in; a whole one is taken as it is', async () => {
  const here = machine(false, 'tensorflow/cpu', 'onnx/webgpu', 'tfjs/js');
  expect(await chooseEngine({ engine: 'tensorflow', device: 'auto' }, here)).toMatchObject({ device: 'cpu' });
  expect(await chooseEngine({ engine: 'tfjs', device: 'auto' }, here)).toMatchObject({ device: 'js' });
  expect(await chooseEngine({ engine: 'auto', device: 'webgpu' }, here)).toMatchObject({ engine: 'onnx' });
  expect(await chooseEngine({ engine: 'tfjs', device: 'wasm' }, here)).toMatchObject({ reason: 'asked for' });
});

test('names that do not exist are answered with the nearest', async () => {
  const ask = (engine: string, device: string) => chooseEngine({ engine, device }, machine(false));
  await expect(ask('tensorflw', 'auto')).rejects.toThrow('unknown engine "tensorflw"; did you mean "tensorflow"?');
  await expect(ask('onnx', 'cdua')).rejects.toThrow(
    'unknown device of engine onnx "cdua"; did you mean "cpu" or "cuda"?',
  );
  await expect(ask('auto', 'webgpus')).rejects.toThrow('unknown device "webgpus"; did you mean "webgpu"?');
  await expect(ask('auto', 'cuda')).rejects.toThrow('nothing that fits computes here: tensorflow/cuda: no NVIDIA');
});
