import { createRandom, type Batch, type Encoder, type Loss, type ModelSizes } from '@spotbench/core';
import {
  initialise,
  trainableNames,
  trainingStep,
  type HostArray,
  type HostArrays,
  type Optimiser,
  type ParameterSpecs,
  type RandomDeclarations,
  type StepFunction,
} from '@spotbench/engine';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/** A training step that is measured: forward, backward, the optimiser's update. */
export interface TrainingCase {
  readonly step: StepFunction;
  readonly state: HostArrays;
  /** Arrays of one batch, the same in every step, and the optimiser's scalars. */
  readonly inputs: HostArrays;
  /** Masks that training draws anew for every step. */
  readonly masks: RandomDeclarations;
}

/** The parts of a contrastive method in the frozen regime, and B spots for it. */
export interface FrozenMethod {
  readonly image: Encoder;
  readonly spot: Encoder;
  readonly loss: Loss;
  readonly sizes: ModelSizes;
  readonly view: 'patch' | 'tokens';
  readonly optimiser: Optimiser;
}

export const random = createRandom(0, 'perf');
const LEARNING_RATE = 1e-4;

/** A training step of a method on B random spots. */
export function trainingCase(B: number, { image, spot, loss, sizes, view, optimiser }: FrozenMethod): TrainingCase {
  const parts = [image, spot, loss];
  const specs = Object.assign({}, ...parts.map((part) => part.parameters?.(sizes) ?? {})) as ParameterSpecs;
  const masks = Object.assign({}, ...parts.map((part) => part.random?.(sizes, B) ?? {})) as RandomDeclarations;
  const layout = { trainable: trainableNames(specs), optimiser, accumulate: 1, averaged: false };
  const step = trainingStep({
    ...layout,
    loss: (parameters, inputs) => {
      const batch = batchOf(view, masks, inputs);
      const embeddings = {
        image: image.encode(parameters, batch, 'train'),
        spot: spot.encode(parameters, batch, 'train'),
      };
      return loss.compute({ ...embeddings, batch, parameters });
    },
  });
  const parameters = initialise(specs, random);
  const moments = optimiser.moments.flatMap((moment) =>
    Object.entries(parameters).map(([name, { shape }]) => [`moment.${moment}/${name}`, floats(shape, () => 0)]),
  );
  const scalars = Object.entries(optimiser.scalars(1, LEARNING_RATE)).map(([name, value]) => [
    `scalar/${name}`,
    floats([], () => value),
  ]);
  return {
    step,
    state: { ...parameters, ...(Object.fromEntries(moments) as HostArrays) },
    inputs: { ...spots(B, sizes, view), ...(Object.fromEntries(scalars) as HostArrays) },
    masks,
  };
}

function spots(B: number, { featureWidth, tokens, geneCount, positionCount }: ModelSizes, view: FrozenMethod['view']) {
  const features = tokens[view] === undefined ? [B, featureWidth] : [B, tokens[view], featureWidth];
  const position = Int32Array.from({ length: B * 2 }, () => random.integer(positionCount));
  return {
    features: floats(features, () => random.uniform()),
    expression: floats([B, geneCount], () => 3 * random.uniform()),
    position: { dtype: 'int32', shape: [B, 2], data: position },
  } satisfies HostArrays;
}

function batchOf(view: string, masks: RandomDeclarations, inputs: Readonly<Record<string, Tensor>>): Batch {
  return {
    features: { [view]: inputs.features },
    images: {},
    expression: inputs.expression as Tensor2D,
    position: inputs.position as Tensor2D,
    random: Object.fromEntries(Object.keys(masks).map((name) => [name, inputs[name]])),
  };
}

function floats(shape: readonly number[], draw: () => number): HostArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, draw) };
}
