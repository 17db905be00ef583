import { createRandom } from '@spotbench/core';
import {
  constantSchedule,
  createEngine,
  train,
  trainableNames,
  valueAndGradients,
  type GoldenModel,
  type HostArrays,
  type StepFunction,
} from '@spotbench/engine';
import { goldenParameter } from '@spotbench/engine/testing';

const engine = await createEngine();

/** Every parameter by the golden formula. */
export function goldenParameters({ parameters, keyOf = (name) => name }: GoldenModel): HostArrays {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, goldenParameter(keyOf(name), shape)]),
  );
}

/** Forward values by name, `loss`, `term/<name>` and `gradient/<parameter>`. */
export async function forwardAndGradients(model: GoldenModel): Promise<HostArrays> {
  const trained = trainableNames(model.parameters);
  const step: StepFunction = (parameters, inputs) => {
    const own = Object.fromEntries(trained.map((name) => [name, parameters[name]]));
    const { value, gradients } = valueAndGradients(() => model.loss(parameters, inputs), own);
    const named = (prefix: string, all: object) =>
      Object.fromEntries(Object.entries(all).map(([name, tensor]) => [prefix + name, tensor as typeof value.total]));
    const outputs = { ...named('gradient/', gradients), ...named('term/', value.terms), loss: value.total };
    return { state: parameters, outputs: { ...outputs, ...model.forward(parameters, inputs) } };
  };
  const compiled = await engine.compile(step, { state: goldenParameters(model), inputs: model.inputs });
  try {
    return await compiled.run(model.inputs);
  } finally {
    await compiled.dispose();
  }
}

/** Steps of the optimiser on the one batch: the loss before each, and the parameters after the last. */
export async function trainSteps(model: GoldenModel, steps: number) {
  const { history, parameters } = await train({
    ...model,
    engine,
    parameters: goldenParameters(model),
    trainable: trainableNames(model.parameters),
    batches: { stepsPerEpoch: 1, read: () => Promise.resolve(model.inputs) },
    random: createRandom(0, 'golden'),
    schedule: constantSchedule(model.learningRate),
    epochs: steps,
  });
  return { losses: history.map(({ loss }) => loss), parameters };
}
