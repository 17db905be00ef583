import { createRandom, monotonicMs } from '@spotbench/core';
import {
  adamW,
  backboneUnder,
  initialise,
  mobilevitS,
  resnet50,
  trainableNames,
  trainingStep,
  type HostArray,
  type HostArrays,
  type LossFunction,
} from '@spotbench/engine';
import { add, mean, square, type Scalar } from '@tensorflow/tfjs-core';
import { encodeModel } from '../packages/engine/src/compile/onnx/model.ts';
import { traceStep } from '../packages/engine/src/compile/trace.ts';
import { openBytes } from '../packages/engine/src/engines/onnx-session.ts';
import { firstState } from '../packages/engine/src/training/state-layout.ts';

/**
 * Trace and session of the largest training graph: ResNet-50 on nine 74-px tiles of every patch and MobileViT-S on the whole
 * patch at 224 px, forward, backward and AdamW. Budget: 6 s in all, and no constant of a megabyte in the file.
 * Run: npm run perf -- compile-largest [batch]
 */
const batch = Number(process.argv[2] ?? 8);
const BUDGET_S = 6;
const TILES = 9;
const tiles = backboneUnder('tiles', resnet50());
const patch = backboneUnder('patch', mobilevitS());
const parameters = { ...tiles.parameters, ...patch.parameters };

/** mean((f + 0.5)^2) of both encoders' features. */
const loss: LossFunction = (params, inputs) => {
  const near = tiles.forward(params, inputs.tiles, 'train');
  const whole = patch.forward(params, inputs.patches, 'train');
  const total: Scalar = add(mean(square(add(near.pooled, 0.5))), mean(square(add(whole.pooled, 0.5))));
  return { total, terms: {}, updates: { ...near.updates, ...whole.updates } };
};

const zeros = (shape: readonly number[]): HostArray => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: new Float32Array(size) };
};

const optimiser = adamW({ weightDecay: 1e-3 });
const layout = { trainable: trainableNames(parameters), optimiser, accumulate: 1, averaged: false };
const scalars = Object.keys(optimiser.scalars(1, 1e-5)).map((name) => [`scalar/${name}`, zeros([])] as const);
const inputs: HostArrays = {
  tiles: zeros([batch * TILES, 3, 74, 74]),
  patches: zeros([batch, 3, 224, 224]),
  ...Object.fromEntries(scalars),
};
const state = firstState(initialise(parameters, createRandom(0, 'perf')), layout);

const start = monotonicMs();
const cpuBefore = process.cpuUsage();
const { model } = traceStep(trainingStep({ loss, ...layout }), { state, inputs });
const traced = monotonicMs();
const bytes = encodeModel(model);
const session = await openBytes(bytes, { executionProviders: ['cpu'] });
const opened = monotonicMs();
const { user } = process.cpuUsage(cpuBefore);
await session.release();

const seconds = (ms: number): number => Math.round(ms) / 1000;
const result = {
  name: `compile ResNet-50 on ${TILES} tiles + MobileViT-S, training step, batch ${batch}`,
  ours: seconds(opened - start),
  peer: BUDGET_S,
  unit: 's',
  ratio: (opened - start) / 1000 / BUDGET_S,
  threads: 1,
  traceS: seconds(traced - start),
  sessionS: seconds(opened - traced),
  cpuS: seconds(user / 1000),
  nodes: model.nodes.length,
  fileMb: Math.round(bytes.length / 1e4) / 100,
  largestConstantMb: Math.max(...[...model.initializers.values()].map((tensor) => tensor.bytes.length)) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
