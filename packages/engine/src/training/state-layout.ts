/**
 * What the state of a training step is made of. Parameters keep their state-dict names; everything else sits under a
 * prefix that ends in `/`, which no state-dict name has:
 * `moment.m/<name>` (optimiser), `accumulated/<name>` (gradients), `average/<name>` (moving average), `scaler/...` (loss
 * scale of mixed precision).
 */
import type { Precision } from '../compile/precision/precision.ts';
import type { HostArray, HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import { firstScaler } from './loss-scaling.ts';

/** Anything by name. */
type Named<T> = Readonly<Record<string, T>>;

/** Prefix of an optimiser's moment. */
export const momentPrefix = (moment: string): string => `moment.${moment}/`;
/** Prefix of gradients summed over batches. */
export const ACCUMULATED = 'accumulated/';
/** Prefix of the moving average of parameters. */
export const AVERAGE = 'average/';

/** Members under `prefix`, without it. */
export function below<T>(prefix: string, state: Named<T>): Named<T> {
  const inside = Object.keys(state).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(inside.map((name) => [name.slice(prefix.length), state[name]]));
}

/** All members with `prefix` put before their names. */
export function under<T>(prefix: string, members: Named<T>): Named<T> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [prefix + name, member]));
}

/** The model's own parameters: members under no prefix. */
export function parametersOf<T>(state: Named<T>): Named<T> {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !name.includes('/')));
}

/** What decides the layout, beside the parameters. */
export interface LayoutOptions {
  readonly trainable: readonly string[];
  readonly optimiser: Optimiser;
  /** Batches per update; more than 1 keeps summed gradients. */
  readonly accumulate: number;
  /** Whether a moving average of the parameters is kept. */
  readonly averaged: boolean;
  /** Whether products are in float16 and the loss is scaled. */
  readonly precision?: Precision;
}

/** The state before the first step: parameters as given, moments and sums zero, the average equal to the parameters. */
export function firstState(parameters: HostArrays, options: LayoutOptions): HostArrays {
  const zeros = Object.fromEntries(options.trainable.map((name) => [name, zerosLike(parameters[name])]));
  const trained = Object.fromEntries(options.trainable.map((name) => [name, parameters[name]]));
  return {
    ...parameters,
    ...Object.assign({}, ...options.optimiser.moments.map((moment) => under(momentPrefix(moment), zeros))),
    ...(options.accumulate > 1 ? under(ACCUMULATED, zeros) : {}),
    ...(options.averaged ? under(AVERAGE, trained) : {}),
    ...(options.precision === 'mixed' ? firstScaler() : {}),
  } as HostArrays;
}

function zerosLike({ shape }: HostArray): HostArray {
  return { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) };
}
