/** Checks on one batch of a contrastive model. */
import { createRandom } from '@spotbench/core';
import { add, mul, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Engine, StepFunction } from '../../compile/contract.ts';
import { batchArrays } from '../../contrastive/batch-arrays.ts';
import { contrastiveLoss, modelParameters, modelRandom } from '../../contrastive/contrastive-model.ts';
import type { ContrastiveOptions } from '../../contrastive/contrastive-options.ts';
import { openEngine } from '../../contrastive/open-engine.ts';
import { positionCount, spotTable } from '../../contrastive/spot-table.ts';
import { mapViews } from '../../contrastive/view-table.ts';
import type { HostArrays } from '../../host-array.ts';
import { initialise } from '../../initialisers/initialise.ts';
import { trainableNames, type ParameterSpecs } from '../../layers/parameter.ts';
import { drawRandomInputs } from '../../random-inputs/draw.ts';
import { train } from '../../training/train.ts';
import type { LossFunction } from '../../training/loss-function.ts';
import { valueAndGradients } from '../../training/value-and-gradients.ts';
import { notApplicable, verdict, type CheckFinding } from '../check-result.ts';
import { l2Norm } from '../golden-errors.ts';
import type { FittedSubject, Rig } from '../rig.ts';

const SPOTS = 48;
const STEPS = 40;
/** A norm below this part of the largest is rounding, not a gradient. */
const NO_GRADIENT = 1e-8;

/** Every trainable parameter receives a gradient, but for those declared. */
export async function checkGradients(rig: Rig): Promise<CheckFinding> {
  const options = rig.contrastive;
  if (options === undefined) return notApplicable('no second-level contract, so no parameters to look at');
  const toy = toyModel(rig, options);
  const norms = await gradientNorms(toy, await openEngine(rig.engine));
  const largest = Math.max(...Object.values(norms));
  const names = Object.keys(norms).sort((a, b) => norms[a] - norms[b]);
  const without = names.filter((name) => !(norms[name] > NO_GRADIENT * largest));
  const declared = rig.subject.exceptions.noGradient;
  const undeclared = without.filter((name) => !Object.hasOwn(declared, name));
  const stale = Object.keys(declared).filter((name) => !without.includes(name));
  const faults = [
    ...(undeclared.length > 0 ? [`no gradient: ${undeclared.join(', ')}`] : []),
    ...(stale.length > 0 ? [`declared to have none, but trained: ${stale.join(', ')}`] : []),
  ];
  const excused = without.map((name) => `${name} has none: ${declared[name]}`);
  const smallest = names.find((name) => !without.includes(name)) ?? names[0];
  const found = [`${names.length} parameters, smallest ${norms[smallest].toExponential(1)} (${smallest})`, ...excused];
  return verdict(faults.length === 0, faults.join('; ') || found.join('; '), {
    parameters: names.length,
    without: without.length,
    smallest: norms[smallest],
    largest,
  });
}

/** The loss of one batch falls when the model is trained on it; of other methods, the loss they report while fitting. */
export async function checkLossFalls(rig: Rig, { progress }: FittedSubject): Promise<CheckFinding> {
  const options = rig.contrastive;
  if (options === undefined) {
    const epochs = progress.filter(({ step, steps }) => step === steps).map(({ loss }) => loss);
    if (epochs.length < 2) return notApplicable('the method reports no loss while it fits');
    return fallen(epochs[0], epochs.at(-1)!, `${epochs.length} epochs`);
  }
  const toy = toyModel(rig, options);
  const engine = await openEngine(rig.engine);
  const { optimiser, schedule, clipNorm } = options.training(rig.config, 'frozen');
  const trained = await train({
    engine,
    parameters: toy.parameters,
    trainable: trainableNames(toy.specs),
    loss: toy.loss('train'),
    batches: { stepsPerEpoch: 1, read: () => Promise.resolve(toy.batch) },
    randomInputs: () => toy.random,
    random: createRandom(0, 'toy-batch'),
    optimiser,
    schedule,
    clipNorm,
    epochs: STEPS,
  });
  const [before, after] = [
    await evalLoss(toy, engine, toy.parameters),
    await evalLoss(toy, engine, trained.parameters),
  ];
  return fallen(before, after, `${STEPS} steps on one batch of ${SPOTS} spots`);
}

function fallen(before: number, after: number, what: string): CheckFinding {
  return verdict(after < before, `${what}: ${before.toPrecision(4)} to ${after.toPrecision(4)}`, { before, after });
}

interface ToyModel {
  readonly specs: ParameterSpecs;
  readonly parameters: HostArrays;
  readonly batch: HostArrays;
  readonly random: ReturnType<typeof modelRandom>;
  loss(mode: 'train' | 'eval'): LossFunction;
}

/** The model on the first spots of the first training section. */
function toyModel({ data, config }: Rig, options: ContrastiveOptions<unknown>): ToyModel {
  const table = spotTable(data.train.slice(0, 1), data.genes.length, options.views);
  const model = options.build(config, 'frozen');
  const sizes = {
    featureWidth: Object.values(table.features)[0]?.width ?? 0,
    tokens: mapViews(table.features, ({ tokens }) => tokens),
    imageSizePx: 0,
    geneCount: table.geneCount,
    positionCount: positionCount(table),
  };
  const specs = modelParameters(model, sizes);
  return {
    specs,
    parameters: initialise(specs, createRandom(0, 'toy-model')),
    batch: batchArrays(
      table,
      Uint32Array.from({ length: SPOTS }, (_, i) => i),
    ),
    random: modelRandom(model, sizes, SPOTS),
    loss: (mode) => contrastiveLoss(model, mode),
  };
}

/** L2 norm of the gradient of each trainable parameter; 0 where the loss does not depend on it. */
async function gradientNorms(toy: ToyModel, engine: Engine): Promise<Record<string, number>> {
  const names = trainableNames(toy.specs);
  const inputs = { ...toy.batch, ...drawRandomInputs(toy.random, createRandom(0, 'toy-batch'), 0) };
  const step: StepFunction = (state, given) => {
    const trainable = Object.fromEntries(names.map((name) => [name, state[name]]));
    const { gradients } = valueAndGradients(() => {
      const { total } = toy.loss('train')(state, given);
      return { total: add<Scalar>(total, nothingOf(Object.values(trainable))), terms: {} };
    }, trainable);
    return { state, outputs: gradients };
  };
  const compiled = await engine.compile(step, { state: toy.parameters, inputs });
  try {
    const gradients = await compiled.run(inputs);
    return Object.fromEntries(names.map((name) => [name, l2Norm(gradients[name])]));
  } finally {
    await compiled.dispose();
  }
}

/** 0, depending on every tensor: the gradient of one that the loss leaves out is then 0 instead of missing. */
function nothingOf(tensors: readonly Tensor[]): Scalar {
  return tensors.map((tensor) => mul<Scalar>(sum(tensor), 0)).reduce((a, b) => add<Scalar>(a, b));
}

async function evalLoss(toy: ToyModel, engine: Engine, parameters: HostArrays): Promise<number> {
  const loss = toy.loss('eval');
  const step: StepFunction = (state, inputs) => ({ state, outputs: { loss: loss(state, inputs).total } });
  const compiled = await engine.compile(step, { state: parameters, inputs: toy.batch });
  try {
    return (await compiled.run(toy.batch)).loss.data[0];
  } finally {
    await compiled.dispose();
  }
}
