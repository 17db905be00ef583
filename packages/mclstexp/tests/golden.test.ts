/** The model, loss and gradients against the authors' own PyTorch code, on every engine that needs no GPU. */
import {
  createEngine,
  encodeSpots,
  similarityLogits,
  valueAndGradients,
  type EngineChoice,
  type HostArray,
  type StepFunction,
} from '@spotbench/engine';
import { probe } from '@spotbench/engine/testing';
import type { Batch } from '@spotbench/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { loss } from '../src/loss.ts';
import { imageEncoder, spotEncoder } from '../src/model.ts';
import { goldenConfig, goldenInputs, goldenParameters, readGolden } from './golden-case.ts';

/** Forward values, loss and gradients of one batch. */
const step: StepFunction = (parameters, inputs) => {
  const { features: patch, ...rest } = inputs;
  const batch = { ...rest, features: { patch }, images: {}, random: {} } as unknown as Batch;
  const forward: Record<string, Tensor2D> = {};
  const { value, gradients } = valueAndGradients(() => {
    const image = imageEncoder(goldenConfig).encode(parameters, batch, 'train');
    const spot = spotEncoder(goldenConfig).encode(parameters, batch, 'train');
    return loss(goldenConfig).compute({ image, spot, batch, parameters });
  }, parameters);
  forward.image_embeddings = imageEncoder(goldenConfig).encode(parameters, batch, 'eval').embedding;
  forward.spot_encoder_output = encodeSpots(goldenConfig, parameters, batch);
  forward.spot_embeddings = spotEncoder(goldenConfig).encode(parameters, batch, 'eval').embedding;
  forward.logits = similarityLogits(forward.spot_embeddings, forward.image_embeddings, 1);
  const named = Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`gradient/${name}`, g]));
  return { state: parameters, outputs: { ...forward, ...named, loss: value.total } };
};

const engines: EngineChoice[] = [
  { name: 'tfjs', device: 'js' },
  { name: 'onnx', device: 'cpu' },
];
const cases = engines.flatMap((engine) => (['small', 'full'] as const).map((size) => ({ engine, size })));

describe.each(cases)('golden $size on $engine.name/$engine.device', ({ engine, size }) => {
  const golden = readGolden(size);

  test('forward values, loss and every gradient', async () => {
    const inputs = goldenInputs(golden);
    const compiled = await (await createEngine(engine)).compile(step, { state: goldenParameters(golden), inputs });
    const outputs = await compiled.run(inputs);
    await compiled.dispose();

    // The features carry 7 digits and PyTorch's own float32 run is off by up to 2e-5 of the largest element.
    for (const name of ['image_embeddings', 'spot_encoder_output', 'spot_embeddings', 'logits'] as const) {
      expect(largestError(outputs[name], golden[name].data), name).toBeLessThan(2e-5);
    }
    expect(outputs.loss.data[0]).toBeCloseTo(golden.loss, 3);
    for (const [name, { l2, probe: expected }] of Object.entries(golden.gradients)) {
      const gradient = outputs[`gradient/${name}`].data;
      // Probes are sums with alternating signs: compared with the norm, as in the golden file's own error figures.
      expect(Math.abs(norm(gradient) - l2) / l2, `norm of ${name}`).toBeLessThan(1e-3);
      expect(Math.abs(probe(name, gradient) - expected) / l2, `probe of ${name}`).toBeLessThan(5e-3);
    }
  });
});

/** Largest absolute difference over the largest magnitude. */
function largestError({ data }: HostArray, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(data[i] - value))) / scale;
}

function norm(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ** 2;
  return Math.sqrt(total);
}
