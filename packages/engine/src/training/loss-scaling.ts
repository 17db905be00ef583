/**
 * Dynamic loss scaling: gradients that float16 would round to 0 are kept by multiplying the loss, and with it every gradient,
 * by a scale that is found by trying. Scale and counter are state like any other: in the checkpoint, updated in the graph.
 *
 * Source: torch.cuda.amp.GradScaler (torch 2.5), its defaults included; Micikevicius et al. 2018, section 3.2.
 */
import {
  add,
  cast,
  div,
  greaterEqual,
  isFinite,
  min,
  mul,
  scalar,
  sub,
  where,
  zerosLike,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { SpotbenchError } from '@spotbench/core';
import type { TensorMap } from '../compile/contract.ts';
import type { HostArray, HostArrays } from '../host-array.ts';
import type { StepName } from './divergence.ts';
import type { LossValue } from './loss-function.ts';

/** State names; updates since the scale last changed are counted in `GOOD`. */
const SCALE = 'scaler/scale';
const GOOD = 'scaler/good';
/** Name of an output. */
const SKIPPED = 'scaler/skipped';

const INITIAL_SCALE = 65_536;
const GROWTH = 2;
const BACKOFF = 0.5;
/** Good updates after which the scale grows. */
const GROWTH_INTERVAL = 2000;
/** PyTorch halves for ever. Ours: gradients 65,536 times too large for float16 are no accident of scaling. */
const SMALLEST_SCALE = 2 ** -16;

/** The scaler's state before the first step. */
export function firstScaler(): HostArrays {
  return { [SCALE]: number(INITIAL_SCALE), [GOOD]: number(0) };
}

/** The present scale. */
export function scaleOf<T>(state: Readonly<Record<string, T>>): T {
  return state[SCALE];
}

/** The loss times the scale, for its gradients; the loss itself is kept among the terms under `name`. */
export function scaledLoss(value: LossValue, scale: Tensor, name: string): LossValue {
  return { ...value, total: mul<Scalar>(value.total, scale), terms: { ...value.terms, [name]: value.total } };
}

/** Gradients of the loss from those of the scaled loss. */
export function unscaled(gradients: TensorMap, scale: Tensor): TensorMap {
  const factor = div(1, scale);
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, factor)]));
}

/** True where no gradient holds NaN or infinity: a boolean scalar. */
export function areFinite(gradients: TensorMap): Tensor {
  const each = Object.values(gradients).map((gradient) => min(cast(isFinite(gradient), 'float32')));
  const all = each.reduce((product, one) => mul(product, one));
  return cast(all, 'bool');
}

/** The scaler after an update that was made (`good`) or skipped: halved when skipped, doubled after 2000 good ones. */
export function nextScaler(state: TensorMap, good: Tensor): TensorMap {
  const [scale, count] = [state[SCALE], add(state[GOOD], 1)];
  const grows = greaterEqual(count, scalar(GROWTH_INTERVAL));
  const whenGood = { scale: where(grows, mul(scale, GROWTH), scale), count: where(grows, zerosLike(count), count) };
  return {
    [SCALE]: where(good, whenGood.scale, mul(scale, BACKOFF)),
    [GOOD]: where(good, whenGood.count, zerosLike(count)),
  };
}

/** What a step tells of its scaler: whether its update was skipped, and the scale it used. */
export function scalerOutputs(state: TensorMap, good: Tensor): TensorMap {
  return { [SKIPPED]: sub(1, cast(good, 'float32')), [SCALE]: state[SCALE] };
}

/**
 * Whether a step skipped its update.
 *
 * @throws SpotbenchError `diverged` when it did although the scale is so small that scaling is not what made it overflow.
 */
export function wasSkipped(outputs: HostArrays, { epoch, step }: StepName, lastGood: string): boolean {
  if (outputs[SKIPPED]?.data[0] !== 1) return false;
  const scale = outputs[SCALE].data[0];
  if (scale >= SMALLEST_SCALE) return true;
  throw new SpotbenchError(
    'diverged',
    `training: epoch ${epoch}, step ${step}: needed finite gradients, got NaN or infinity at every loss scale down to ${scale}; last good checkpoint: ${lastGood}; train in float32 or lower the learning rate`,
  );
}

function number(value: number): HostArray {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}
