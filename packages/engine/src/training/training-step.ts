import { add, cast, mul, where, zerosLike, type Tensor } from '@tensorflow/tfjs-core';
import type { StepFunction, TensorMap } from '../compile/contract.ts';
import { movingAverage } from '../optimisers/average.ts';
import { clipByNorm } from '../optimisers/clip-by-norm.ts';
import type { LossFunction } from './loss-function.ts';
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
    const { value, gradients } = valueAndGradients(() => options.loss(parameters, inputs), trainable);
    const updated = update(options, state, gradients, below(SCALAR, inputs));
    return {
      state: { ...state, ...value.updates, ...updated },
      outputs: { loss: value.total, ...under<Tensor>(TERM, value.terms) },
    };
  };
}

function update(options: TrainingStepOptions, state: TensorMap, gradients: TensorMap, scalars: TensorMap): TensorMap {
  if (options.accumulate === 1) return apply(options, state, gradients, scalars);
  const summed = mapNamed(gradients, (gradient, name) =>
    add(state[ACCUMULATED + name], mul(gradient, 1 / options.accumulate)),
  );
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
