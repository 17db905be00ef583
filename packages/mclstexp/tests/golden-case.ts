import { readFileSync } from 'node:fs';
import { goldenParameter, u01 } from '@spotbench/engine/testing';
import type { HostArray, HostArrays } from '@spotbench/engine';
import { configSchema } from '../src/config.ts';
import { imageEncoder, spotEncoder } from '../src/model.ts';

/** A golden file of the authors' model; see fixtures/README.md. */
export interface GoldenCase {
  readonly config: { readonly B: number; readonly genes: number };
  readonly image_features: GoldenArray;
  readonly image_embeddings: GoldenArray;
  readonly spot_encoder_output: GoldenArray;
  readonly spot_embeddings: GoldenArray;
  readonly logits: GoldenArray;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, { readonly l2: number; readonly probe: number }>>;
}

interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The golden positions lie in 0..63: only that many rows of the authors' 65,536 are ever looked up. */
const POSITIONS = 64;

export const goldenConfig = configSchema.parse({});

export function readGolden(name: 'small' | 'full'): GoldenCase {
  return JSON.parse(readFileSync(new URL(`../fixtures/golden-${name}.json`, import.meta.url), 'utf8')) as GoldenCase;
}

/** Every parameter of the model, by the golden formula. */
export function goldenParameters({ config, image_features }: GoldenCase): HostArrays {
  const sizes = {
    featureWidth: image_features.shape[1],
    tokens: { patch: 1 },
    imageSizePx: 0,
    geneCount: config.genes,
    positionCount: POSITIONS,
  };
  const specs = { ...imageEncoder(goldenConfig).parameters(sizes), ...spotEncoder(goldenConfig).parameters(sizes) };
  return Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, goldenParameter(name, shape)]));
}

/** Features, expression and position of the batch. */
export function goldenInputs({
  config: { B, genes },
  image_features,
}: GoldenCase): Record<'features' | 'expression' | 'position', HostArray> {
  const expression = Float32Array.from(u01('input.expression', B * genes), (u) => 3 * u);
  const position = Int32Array.from(u01('input.position', B * 2), (u) => Math.floor(POSITIONS * u));
  return {
    features: { dtype: 'float32', shape: image_features.shape, data: Float32Array.from(image_features.data) },
    expression: { dtype: 'float32', shape: [B, genes], data: expression },
    position: { dtype: 'int32', shape: [B, 2], data: position },
  };
}
