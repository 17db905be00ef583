import { readFileSync } from 'node:fs';
import {
  densenet121,
  mobilevitS,
  resnet18,
  resnet50,
  valueAndGradients,
  vit,
  type Backbone,
  type Engine,
  type HostArray,
  type HostArrays,
  type StepFunction,
} from '@spotbench/engine';
import { goldenParameter, probe, u01 } from '@spotbench/engine/testing';
import { mul, sum, tensor, type Scalar } from '@tensorflow/tfjs-core';

/** A file of scripts/golden_backbones.py. */
export interface BackboneGolden {
  readonly name: string;
  readonly config: { readonly batch: number; readonly image: number; readonly [size: string]: number };
  readonly float32_error: Readonly<Record<Mode, number> & Record<`gradients_${Mode}`, { median: number; max: number }>>;
  readonly eval: GoldenArray;
  readonly train: GoldenArray;
  readonly gradients_eval: GoldenGradients;
  readonly gradients_train: GoldenGradients;
  /** Probe of each running statistic after the training pass. */
  readonly statistics: Readonly<Record<string, number>>;
}

export type Mode = 'eval' | 'train';

/** Norm and probe of each gradient. */
export type GoldenGradients = Readonly<Record<string, readonly [number, number]>>;

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function readBackboneGolden(name: string): BackboneGolden {
  const path = new URL(`../fixtures/backbones/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as BackboneGolden;
}

/** The backbone that a golden file was made with. */
export function backboneOf({ name, config }: BackboneGolden): Backbone {
  switch (name) {
    case 'densenet121':
      return densenet121();
    case 'resnet18':
      return resnet18();
    case 'resnet50':
      return resnet50();
    case 'mobilevit_s':
      return mobilevitS();
    default:
      return vit({
        imagePx: config.image,
        patchPx: config.patch,
        width: config.width,
        depth: config.depth,
        heads: config.heads,
      });
  }
}

/** Every parameter by the golden formula. */
export function formulaParameters({ parameters }: Backbone): HostArrays {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, goldenParameter(name, shape)]),
  );
}

/** Images by the golden formula. [B, 3, S, S] */
export function formulaImages(batch: number, image: number): HostArray {
  const shape = [batch, 3, image, image];
  return { dtype: 'float32', shape, data: Float32Array.from(u01('input.image', batch * 3 * image * image)) };
}

/** Pooled `features`, `gradient/...` of probe('features', features), and `updated/...` running statistics. */
export function passStep(backbone: Backbone, mode: Mode): StepFunction {
  return (parameters, { images }) => {
    const trainable = Object.entries(parameters).filter(([name]) => backbone.parameters[name].trainable ?? true);
    const { value, gradients } = valueAndGradients(() => {
      const { pooled, updates } = backbone.forward(parameters, images, mode);
      const weights = Float32Array.from(u01('probe.features', pooled.size), (u) => 2 * u - 1);
      const total: Scalar = sum(mul(pooled, tensor(weights, pooled.shape)));
      return { total, terms: {}, updates: { ...updates, features: pooled } };
    }, Object.fromEntries(trainable));
    const { features, ...updates } = value.updates!;
    return {
      state: parameters,
      outputs: { features, ...under('gradient/', gradients), ...under('updated/', updates) },
    };
  };
}

function under<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [prefix + name, value]));
}

/** Pooled `features` alone, in evaluation mode. */
export function forwardStep(backbone: Backbone): StepFunction {
  return (parameters, { images }) => ({
    state: parameters,
    outputs: { features: backbone.forward(parameters, images, 'eval').pooled },
  });
}

/** Compiles and runs a step once. */
export async function runOnce(
  engine: Engine,
  step: StepFunction,
  parameters: HostArrays,
  inputs: HostArrays,
): Promise<HostArrays> {
  const compiled = await engine.compile(step, { state: parameters, inputs });
  try {
    return await compiled.run(inputs);
  } finally {
    await compiled.dispose();
  }
}

/** Largest absolute difference over the largest magnitude. */
export function largestError({ data }: Pick<HostArray, 'data'>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(data[i] - value))) / scale;
}

/**
 * Errors of norm and probe over all gradients, each over the expected norm. Gradients that are zero but for rounding (a bias
 * in front of a batch norm) are measured against a thousandth of the largest norm.
 */
export function gradientErrors(
  outputs: HostArrays,
  expected: GoldenGradients,
): { median: number; max: number; at: string } {
  const largest = Math.max(...Object.values(expected).map(([l2]) => l2));
  const errors = Object.entries(expected).map(([name, [l2, wanted]]) => {
    const { data } = outputs[`gradient/${name}`];
    const off = Math.max(Math.abs(norm(data) - l2), Math.abs(probe(name, data) - wanted));
    return { name, error: off / (l2 > 1e-9 * largest ? l2 : 1e-3 * largest) };
  });
  errors.sort((a, b) => a.error - b.error);
  return { median: errors[errors.length >> 1].error, max: errors.at(-1)!.error, at: errors.at(-1)!.name };
}

function norm(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ** 2;
  return Math.sqrt(total);
}
