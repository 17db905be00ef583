import { add, cast, maximum, mul, scalar, sub, where, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import type { StepFunction, TensorMap } from '../compile/contract.ts';
import { movingAverage } from '../optimisers/average.ts';
import { clipByNorm } from '../optimisers/clip-by-norm.ts';
import type { LossFunction, LossValue } from './loss-function.ts';
import { areFinite, nextScaler, scaledLoss, scaleOf, scalerOutputs, unscaled } from './loss-scaling.ts';
import { ACCUMULATED, AVERAGE, below, momentPrefix, parametersOf, under, type LayoutOptions } from './state-layout.ts';
import { valueAndGradients } from './value-and-gradients.ts';

/** Prefix of the scalar inputs: learning rate, bias corrections, and `apply`. */
export const SCALAR = 'scalar/';
/** Prefix of the outputs that are loss terms; the total is `loss`. */
export const TERM = 'term/';

/** What a training step is made of. */
export interface TrainingStepOptions extends LayoutOptions {
  readonly loss: LossFunction;
  /** Largest norm of all gradients together; none without. */
  readonly clipNorm?: number;
  /** Decay of the moving average, where one is kept. */
  readonly averageDecay?: number;
}

/**
 * One training step as a pure function: loss, gradients, clipping, optimiser update, moving average. With
 * `accumulate` = A > 1, gradients / A are summed and the update happens in steps whose input `scalar/apply` is 1; in the
 * others parameters and moments pass unchanged.
 */
export function trainingStep(options: TrainingStepOptions): StepFunction {
  return (state, inputs) => {
    const parameters = parametersOf(state);
    const trainable = Object.fromEntries(options.trainable.map((name) => [name, parameters[name]]));
    const scalars = below(SCALAR, inputs);
    const loss = (): LossValue => options.loss(parameters, inputs);
    if (options.precision === 'mixed') return mixedStep(options, state, trainable, loss, scalars);
    const { value, gradients } = valueAndGradients(loss, trainable);
    const updated = update(options, state, gradients, scalars);
    return {
      state: { ...state, ...value.updates, ...updated },
      outputs: { loss: value.total, ...under<Tensor>(TERM, value.terms) },
    };
  };
}

/** Name among the terms, while gradients are taken, of the loss before scaling. */
const UNSCALED = 'unscaled/loss';

/**
 * A step on a scaled loss. An update (with `accumulate`, at the last batch of it) whose gradients are not all finite changes
 * nothing but the scale and forgets the sum; running statistics stay too, which PyTorch would have moved.
 */
function mixedStep(
  options: TrainingStepOptions,
  state: TensorMap,
  trainable: TensorMap,
  loss: () => LossValue,
  scalars: TensorMap,
): ReturnType<StepFunction> {
  const scale = scaleOf(state);
  const { value, gradients } = valueAndGradients(() => scaledLoss(loss(), scale, UNSCALED), trainable);
  const { [UNSCALED]: total, ...terms } = value.terms;
  const plain = unscaled(gradients, scale);
  const judged = options.accumulate === 1 ? plain : accumulated(options, state, plain);
  const due = options.accumulate === 1 ? scalar(1) : scalars.apply;
  const good = cast(maximum(sub(1, due), cast(areFinite(judged), 'float32')), 'bool');
  const next = { ...value.updates, ...update(options, state, plain, scalars) };
  const scaler = mapNamed(nextScaler(state, good), (after, name) => where(cast(due, 'bool'), after, state[name]));
  return {
    state: {
      ...state,
      ...mapNamed(next, (after, name) => (name.startsWith(ACCUMULATED) ? after : where(good, after, state[name]))),
      ...scaler,
    },
    outputs: { loss: total, ...under<Tensor>(TERM, terms), ...scalerOutputs(state, good) },
  };
}

/** Gradients summed over the batches of an update so far, each with its share. */
function accumulated({ accumulate }: TrainingStepOptions, state: TensorMap, gradients: TensorMap): TensorMap {
  return mapNamed(gradients, (gradient, name) => add(state[ACCUMULATED + name], mul(gradient, 1 / accumulate)));
}

function update(options: TrainingStepOptions, state: TensorMap, gradients: TensorMap, scalars: TensorMap): TensorMap {
  if (options.accumulate === 1) return apply(options, state, gradients, scalars);
  const summed = accumulated(options, state, gradients);
  const due = cast(scalars.apply, 'bool');
  const applied = apply(options, state, summed, scalars);
  return {
    ...mapNamed(applied, (value, name) => where(due, value, state[name])),
    ...under(
      ACCUMULATED,
      mapNamed(summed, (value) => where(due, zerosLike(value), value)),
    ),
  };
}

/** New parameters, moments and averages, by state name. */
function apply(options: TrainingStepOptions, state: TensorMap, gradients: TensorMap, scalars: TensorMap): TensorMap {
  const { optimiser, clipNorm, averaged, averageDecay = 0 } = options;
  const clipped = clipNorm === undefined ? gradients : clipByNorm(gradients, clipNorm);
  const next: Record<string, Tensor> = {};
  for (const name of options.trainable) {
    const moments = Object.fromEntries(optimiser.moments.map((m) => [m, state[momentPrefix(m) + name]]));
    const result = optimiser.update(state[name], clipped[name], moments, scalars);
    next[name] = result.parameter;
    for (const m of optimiser.moments) next[momentPrefix(m) + name] = result.moments[m]!;
  }
  if (!averaged) return next;
  return { ...next, ...under(AVERAGE, movingAverage(below(AVERAGE, state), next, averageDecay)) };
}

function mapNamed(tensors: TensorMap, transform: (tensor: Tensor, name: string) => Tensor): TensorMap {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, transform(tensor, name)]));
}
