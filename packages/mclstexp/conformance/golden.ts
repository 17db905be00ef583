/** The whole published model, DenseNet-121 included, as golden files of the authors' own code describe it. */
import { SpotbenchError } from '@spotbench/core';
import { encodeSpots, type GoldenAdapter, type GoldenModel } from '@spotbench/engine';
import { goldenContrastive, goldenFields } from '@spotbench/engine/conformance';
import { z } from 'zod';
import { configSchema } from '../src/config.ts';
import { backbone } from '../src/model.ts';
import { modelOf } from '../src/method.ts';

/** What a file says about its model; a field that is not listed here could change a number, and is refused. */
const fileConfig = z.strictObject({
  ...goldenFields,
  /** Width of the image features: DenseNet-121's. */
  image_dim: z.literal(1024),
});

/** mclSTExp. */
export const golden: GoldenAdapter = {
  method: 'mclSTExp',
  model(config) {
    const parsed = fileConfig.safeParse(config);
    if (parsed.success) return goldenModel(parsed.data);
    throw new SpotbenchError('bad-config', `golden file of mclSTExp: "config": ${z.prettifyError(parsed.error)}`);
  },
};

function goldenModel(file: z.infer<typeof fileConfig>): GoldenModel {
  const config = configSchema.parse({
    projectionWidth: file.projection,
    heads: file.heads,
    headWidth: file.head_dim,
    layers: file.layers,
    temperature: file.temperature,
    // Every dropout is 0 in golden files.
    dropout: 0,
  });
  const densenet = backbone();
  return goldenContrastive(file, {
    model: modelOf(config, 'finetune'),
    imageFeatures: (parameters, { images }, mode) => densenet.forward(parameters, images.patch!, mode).pooled,
    spotFeatures: (parameters, batch) => encodeSpots(config, parameters, batch),
  });
}
