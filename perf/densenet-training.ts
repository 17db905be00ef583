import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { monotonicMs } from '@spotbench/core';
import { createEngine, densenet121, type HostArray, type HostArrays, type StepFunction } from '@spotbench/engine';
import { add, engine as tfEngine, mean, mul, square, sub, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A DenseNet-121 training step (224 px, batch 16: forward, backward, SGD; batch statistics in batch norm) on onnx/cpu
 * against PyTorch on the CPU with as many threads, one after the other. Budget: ratio at most 1.5.
 * Run: npx tsx perf/densenet-training.ts [batch] [px] [steps]; SPOTBENCH_PYTHON names a Python with torch.
 */
const [batch, px, steps] = [16, 224, 3].map((value, index) => Number(process.argv[index + 2] ?? value));
const THREADS = 2;
const backbone = densenet121();

const array = (shape: readonly number[], at: (index: number) => number): HostArray => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, (_, index) => at(index)) };
};

/** Uneven weights of the scale of He's initialisation: speed does not depend on them, but not-a-number would. */
function initial(): HostArrays {
  const entries = Object.entries(backbone.parameters).map(([name, { shape }]) => {
    const scale = shape.length === 4 ? Math.sqrt(2 / (shape[1] * shape[2] * shape[3])) : 0;
    const base = /weight|running_var/.test(name) && shape.length === 1 ? 1 : 0;
    return [name, array(shape, (index) => base + scale * 1.4 * Math.sin(12.9898 * index))] as const;
  });
  return Object.fromEntries(entries);
}

const step: StepFunction = (state, { images }) => {
  const trained = Object.keys(backbone.parameters).filter((name) => backbone.parameters[name].trainable !== false);
  let updates: Record<string, Tensor> = {};
  const loss = () => {
    const output = backbone.forward(state, images, 'train');
    updates = Object.fromEntries(Object.entries(output.updates).map(([name, value]) => [name, tfEngine().keep(value)]));
    return mean<Scalar>(square(add(output.pooled, 0.5)));
  };
  const { value, grads } = tfEngine().gradients(
    loss,
    trained.map((name) => state[name]),
  );
  const moved = trained.map((name, index) => [name, sub(state[name], mul(grads[index], 1e-3))] as const);
  return { state: { ...state, ...updates, ...Object.fromEntries(moved) }, outputs: { loss: value } };
};

async function main(): Promise<void> {
  const inputs = { images: array([batch, 3, px, px], (index) => Math.sin(index * 0.37)) };
  const start = monotonicMs();
  const compiled = await (await createEngine({ threads: THREADS })).compile(step, { state: initial(), inputs });
  const compileMs = monotonicMs() - start;
  const first = (await compiled.run(inputs)).loss.data[0];
  const times: number[] = [];
  for (let index = 0; index < steps; index++) {
    const before = monotonicMs();
    await compiled.run(inputs);
    times.push((monotonicMs() - before) / 1000);
  }
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  await compiled.dispose();
  const ours = Math.min(...times);
  const peer = runTorch();
  const result = { name: `densenet121 training step, batch ${batch}, ${px} px`, ours, unit: 's', threads: THREADS };
  const ratio = typeof peer === 'string' ? { peer: null, ratio: null, noPeer: peer } : compare(ours, peer);
  process.stdout.write(`${JSON.stringify({ ...result, ...ratio, loss: first, compileMs, peakRssMb })}\n`);
}

interface TorchResult {
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly versions: Readonly<Record<string, string>>;
}

function compare(ours: number, peer: TorchResult) {
  return { peer: peer.seconds, ratio: ours / peer.seconds, peerPeakRssMb: peer.peakRssMb, versions: peer.versions };
}

function runTorch(): TorchResult | string {
  const python = process.env.SPOTBENCH_PYTHON ?? 'python3';
  const script = join(import.meta.dirname, 'peers', 'densenet_training.py');
  const run = spawnSync(python, [script, ...[batch, px, steps, THREADS].map(String)], { encoding: 'utf8' });
  if (run.status === 0) return JSON.parse(run.stdout) as TorchResult;
  return `${python} could not run ${script}: ${(run.stderr ?? '').trim().split('\n').at(-1)}; set SPOTBENCH_PYTHON`;
}

await main();
