/** Golden files of scripts/golden_hiscmcl.py that the adapter does not read: other inputs than one image a spot. */
import { readFileSync } from 'node:fs';
import type { Batch, ContrastiveMethod, ModelSizes } from '@spotbench/core';
import {
  createEngine,
  valueAndGradients,
  type EngineChoice,
  type HostArray,
  type HostArrays,
  type GoldenModel,
  type StepFunction,
} from '@spotbench/engine';
import { goldenParameters, probe, u01 } from '@spotbench/engine/conformance';
import type { Tensor } from '@tensorflow/tfjs-core';
import { configSchema, paperConfigSchema, paperModel, releasedModel } from '../src/index.ts';

/** What one of those files says. */
export interface GoldenCase {
  readonly config: {
    readonly variant: 'released' | 'paper';
    readonly B: number;
    readonly genes: number;
    readonly width: number;
    readonly projection: number;
    readonly heads: number;
    readonly head_dim: number;
    readonly layers: number;
    readonly scale_attention?: boolean;
    readonly attention_heads?: number;
    readonly tokens?: number;
    readonly image?: number;
  };
  readonly image_embeddings: GoldenArray;
  readonly spot_embeddings: GoldenArray;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, { readonly l2: number; readonly probe: number }>>;
  readonly float32_relative_error_of_pytorch: {
    readonly image_embeddings: number;
    readonly loss: number;
    readonly gradient_probe_over_l2: { readonly max: number };
  };
}

interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Reads a fixture. */
export const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');

const POSITIONS = 64;

/** A model as golden files need it. */
type Computable = Pick<GoldenModel, 'parameters' | 'inputs' | 'loss'>;

/** The loss, what it gives besides, and the gradients of the named parameters, `gradient/...`. */
export async function evaluate(model: Computable, names: readonly string[], engine: EngineChoice): Promise<HostArrays> {
  const state = goldenParameters(model.parameters);
  const step: StepFunction = (parameters, inputs) => {
    const trainable = Object.fromEntries(names.map((name) => [name, parameters[name]]));
    const { value, gradients } = valueAndGradients(() => model.loss(parameters, inputs), trainable);
    const named = Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`gradient/${name}`, g]));
    return { state: parameters, outputs: { ...value.updates, ...named, loss: value.total } };
  };
  const compiled = await (await createEngine(engine)).compile(step, { state, inputs: model.inputs });
  try {
    return await compiled.run(model.inputs);
  } finally {
    await compiled.dispose();
  }
}

/** The model of a file, on its inputs; the loss gives the embeddings beside itself. */
export function modelOfCase({ config }: GoldenCase): Computable {
  const { imageEncoder, spotEncoder, loss } = modelOf(config);
  return {
    parameters: { ...imageEncoder.parameters(sizesOf(config)), ...spotEncoder.parameters(sizesOf(config)) },
    inputs: inputsOf(config),
    loss(parameters, inputs) {
      const batch = batchOf(inputs);
      const image = imageEncoder.encode(parameters, batch, 'train');
      const spot = spotEncoder.encode(parameters, batch, 'train');
      const updates = { image_embeddings: image.embedding, spot_embeddings: spot.embedding };
      return { ...loss.compute({ image, spot, batch, parameters }), updates };
    },
  };
}

function modelOf(config: GoldenCase['config']): ContrastiveMethod {
  const regime = config.image === undefined ? 'frozen' : 'finetune';
  const shared = {
    projectionWidth: config.projection,
    heads: config.heads,
    headWidth: config.head_dim,
    layers: config.layers,
    ...(config.image === undefined ? {} : { imageSizePx: config.image }),
  };
  if (config.variant === 'paper') {
    return paperModel(paperConfigSchema.parse({ ...shared, attentionHeads: config.attention_heads }), regime);
  }
  const released = { ...shared, scaleAttention: config.scale_attention, fusionDropout: 0 };
  return releasedModel(configSchema.parse(released), regime);
}

function sizesOf({ width, genes, image }: GoldenCase['config']): ModelSizes {
  return {
    featureWidth: image === undefined ? width : 0,
    tokens: {},
    imageSizePx: image ?? 0,
    geneCount: genes,
    positionCount: POSITIONS,
  };
}

function batchOf({ expression, position, ...views }: Readonly<Record<string, Tensor>>): Batch {
  const images = views.patch.rank === 4 ? views : {};
  const features = views.patch.rank === 4 ? {} : views;
  return { features, images, expression, position, random: {} } as unknown as Batch;
}

function inputsOf({ variant, B, genes, width, tokens, image }: GoldenCase['config']): HostArrays {
  const spots: HostArrays = {
    expression: floats('expression', [B, genes], (u) => 3 * u),
    position: {
      dtype: 'int32',
      shape: [B, 2],
      data: Int32Array.from(u01('input.position', B * 2), (u) => Math.floor(POSITIONS * u)),
    },
  };
  if (image !== undefined) {
    const view = (name: string) => floats(name, [B, 3, image, image], (u) => u);
    return { ...spots, patch: view('image'), neighbourhood: view('neighbourhood'), slide: view('slide') };
  }
  const view = (name: string, shape: readonly number[]) => floats(name, shape, (u) => 2 * u - 1);
  const patch = view('patch', [B, width]);
  if (variant === 'released') return { ...spots, patch, 'scale-672': view('scale-672', [B, width]) };
  const slide = view('slide', [B, tokens!, width]);
  return { ...spots, patch, neighbourhood: view('neighbourhood', [B, width]), slide };
}

function floats(name: string, shape: readonly number[], value: (u: number) => number): HostArray {
  const count = shape.reduce((product, side) => product * side, 1);
  return { dtype: 'float32', shape, data: Float32Array.from(u01(`input.${name}`, count), value) };
}

/** Largest absolute difference over the largest magnitude. */
export function largestError({ data }: HostArray, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(data[i] - value))) / scale;
}

/**
 * The largest error of norm and probe over all gradients, each over the expected norm; gradients that are zero but for rounding
 * are held to a thousandth of the largest norm.
 */
export function gradientError(outputs: HostArrays, { gradients }: GoldenCase): { error: number; at: string } {
  const largest = Math.max(...Object.values(gradients).map(({ l2 }) => l2));
  const errors = Object.entries(gradients).map(([at, expected]) => {
    const { data } = outputs[`gradient/${at}`];
    const scale = expected.l2 > 1e-9 * largest ? expected.l2 : 1e-3 * largest;
    const off = Math.max(Math.abs(norm(data) - expected.l2), Math.abs(probe(at, data) - expected.probe));
    return { error: off / scale, at };
  });
  return errors.reduce((a, b) => (b.error > a.error ? b : a));
}

function norm(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ** 2;
  return Math.sqrt(total);
}
