/**
 * How models are written here: a model is a table of named parameters (`ParameterSpecs`) and pure functions that look
 * them up by the same names (`linear(params, 'image_projection.fc', x)`). Names and layouts are those of the PyTorch
 * state dict, so published weights load by name.
 */
import { unknownName, type ParameterDeclaration } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';

/** A model's parameters by state-dict name: shape in PyTorch's layout, how each starts, and whether it is trained. */
export type ParameterSpecs = Readonly<Record<string, ParameterDeclaration>>;

/** The specs of a part under `prefix`: `scoped('fc', linearSpecs(4, 2))` has `fc.weight` and `fc.bias`. */
export function scoped(prefix: string, specs: ParameterSpecs): ParameterSpecs {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [`${prefix}.${name}`, spec]));
}

/** Names of the parameters an optimiser changes, in the order of the table. */
export function trainableNames(specs: ParameterSpecs): string[] {
  return Object.keys(specs).filter((name) => specs[name].trainable ?? true);
}

/** The parameter of that name. @throws SpotbenchError `unknown-name`, naming the nearest. */
export function parameter(params: TensorMap, name: string): Tensor {
  const found = Object.hasOwn(params, name) ? params[name] : undefined;
  if (found === undefined) throw unknownName('model parameter', name, Object.keys(params));
  return found;
}
