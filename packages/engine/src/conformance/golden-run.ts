import { createRandom } from '@spotbench/core';
import type { Engine, StepFunction, TensorMap } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { trainableNames, type ParameterSpecs } from '../layers/parameter.ts';
import { constantSchedule } from '../schedules/schedule.ts';
import { below, under } from '../training/state-layout.ts';
import { train } from '../training/train.ts';
import { valueAndGradients } from '../training/value-and-gradients.ts';
import type { GoldenModel } from './golden-adapter.ts';
import { goldenParameter } from './golden-formula.ts';

/** What a model computed on the golden weights and inputs. */
export interface GoldenRun {
  readonly forward: HostArrays;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** By parameter, trainable ones only. */
  readonly gradients: HostArrays;
  /** Before each optimiser step, and after the last. */
  readonly losses: readonly number[];
  /** Parameters after the last step; running statistics after the forward pass that gave the last loss. */
  readonly after: HostArrays;
}

const STAGES = 4;
const GRADIENT = 'gradient/';
const TERM = 'term/';

/** Forward values, loss, gradients and `steps` optimiser steps on the one batch. `onStage` hears what is being computed. */
export async function runGolden(
  model: GoldenModel,
  engine: Engine,
  steps: number,
  onStage: (what: string, done: number, total: number) => void = () => undefined,
): Promise<GoldenRun> {
  const start = goldenParameters(model.parameters, model.keyOf);
  onStage('forward values', 0, STAGES);
  const forward = await runOnce(engine, forwardStep(model), start, model.inputs);
  onStage('gradients', 1, STAGES);
  const compiled = await engine.compile(gradientStep(model), { state: start, inputs: model.inputs });
  try {
    const { loss, ...rest } = await compiled.run(model.inputs);
    onStage('training', 2, STAGES);
    const { history, parameters } = await trainOn(model, engine, start, steps);
    onStage('loss after training', 3, STAGES);
    await compiled.writeState(parameters);
    const last = await compiled.run(model.inputs);
    return {
      forward,
      loss: loss.data[0],
      terms: Object.fromEntries(Object.entries(below(TERM, rest)).map(([name, { data }]) => [name, data[0]])),
      gradients: below(GRADIENT, rest),
      losses: [...history.map((epoch) => epoch.loss), last.loss.data[0]],
      after: await compiled.readState(),
    };
  } finally {
    await compiled.dispose();
  }
}

/** Every parameter by the golden formula of its state-dict key. */
export function goldenParameters(specs: ParameterSpecs, keyOf = (name: string) => name): HostArrays {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => [name, goldenParameter(keyOf(name), shape)]),
  );
}

function forwardStep(model: GoldenModel): StepFunction {
  return (parameters, inputs) => ({ state: parameters, outputs: model.forward(parameters, inputs) });
}

function gradientStep({ loss, parameters: specs }: GoldenModel): StepFunction {
  return (parameters, inputs) => {
    const trainable = Object.fromEntries(trainableNames(specs).map((name) => [name, parameters[name]]));
    const { value, gradients } = valueAndGradients(() => loss(parameters, inputs), trainable);
    const outputs: TensorMap = { ...under(GRADIENT, gradients), ...under(TERM, value.terms), loss: value.total };
    return { state: { ...parameters, ...value.updates }, outputs };
  };
}

/** One epoch of one batch for every step, through the product's own training loop. */
function trainOn(model: GoldenModel, engine: Engine, parameters: HostArrays, steps: number) {
  const { optimiser, learningRate, loss, inputs, parameters: specs } = model;
  return train({
    engine,
    parameters,
    trainable: trainableNames(specs),
    loss,
    batches: { stepsPerEpoch: 1, read: () => Promise.resolve(inputs) },
    random: createRandom(0, 'golden'),
    optimiser,
    schedule: constantSchedule(learningRate),
    epochs: steps,
  });
}

async function runOnce(engine: Engine, step: StepFunction, state: HostArrays, inputs: HostArrays): Promise<HostArrays> {
  const compiled = await engine.compile(step, { state, inputs });
  try {
    return await compiled.run(inputs);
  } finally {
    await compiled.dispose();
  }
}
