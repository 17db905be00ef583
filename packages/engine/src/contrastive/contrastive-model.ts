import { SpotbenchError, type ContrastiveMethod, type Embeddings, type ModelSizes } from '@spotbench/core';
import type { TensorMap } from '../compile/contract.ts';
import type { ParameterSpecs } from '../layers/parameter.ts';
import type { RandomDeclarations } from '../random-inputs/draw.ts';
import type { LossFunction } from '../training/loss-function.ts';
import { batchOf, randomInputName } from './batch-arrays.ts';

/** All parameters of the encoders and the loss. @throws SpotbenchError `bad-config` when two parts share a name. */
export function modelParameters(
  { imageEncoder, spotEncoder, loss }: ContrastiveMethod,
  sizes: ModelSizes,
): ParameterSpecs {
  const parts = [imageEncoder.parameters(sizes), spotEncoder.parameters(sizes), loss.parameters?.(sizes) ?? {}];
  requireDisjoint('parameter', parts);
  return Object.assign({}, ...parts) as ParameterSpecs;
}

/** All random inputs of a training batch, by the names the step sees. @throws as `modelParameters`. */
export function modelRandom(model: ContrastiveMethod, sizes: ModelSizes, batchSize: number): RandomDeclarations {
  const parts = [model.imageEncoder, model.spotEncoder, model.loss].map(
    (part) => part.random?.(sizes, batchSize) ?? {},
  );
  requireDisjoint('random input', parts);
  const all = Object.assign({}, ...parts) as RandomDeclarations;
  return Object.fromEntries(Object.entries(all).map(([name, declaration]) => [randomInputName(name), declaration]));
}

/** The method's loss on a batch. In `eval` mode there is no dropout and no statistic changes. */
export function contrastiveLoss(model: ContrastiveMethod, mode: 'train' | 'eval'): LossFunction {
  return (parameters, inputs) => {
    const batch = batchOf(inputs);
    const image = model.imageEncoder.encode(parameters, batch, mode);
    const spot = model.spotEncoder.encode(parameters, batch, mode);
    return { ...model.loss.compute({ image, spot, batch, parameters }), updates: updatesOf(image, spot) };
  };
}

function updatesOf(...embeddings: readonly Embeddings[]): TensorMap {
  return Object.assign({}, ...embeddings.map(({ updates }) => updates)) as TensorMap;
}

function requireDisjoint(what: string, parts: readonly Readonly<Record<string, unknown>>[]): void {
  const names = parts.flatMap((part) => Object.keys(part));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new SpotbenchError(
    'bad-config',
    `model: needed different ${what} names in its parts, got "${twice}" twice; rename one`,
  );
}
