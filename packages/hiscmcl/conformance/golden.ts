/** The whole released model, backbone included, as golden files of the authors' own code describe it. */
import { SpotbenchError } from '@spotbench/core';
import { encodeSpots, type GoldenAdapter, type GoldenModel } from '@spotbench/engine';
import { goldenContrastive, goldenFields } from '@spotbench/engine/conformance';
import { z } from 'zod';
import { configSchema } from '../src/config.ts';
import { releasedModel } from '../src/model.ts';
import { fusedScales } from '../src/scale-fusion.ts';

/** What a file says about its model; a field that is not listed here could change a number, and is refused. */
const fileConfig = z.strictObject({
  ...goldenFields,
  variant: z.literal('released'),
  scales: z.array(z.int().positive()).min(1),
  scale_attention: z.boolean(),
});

/** HisCMCL with DenseNet-121, as released; the paper describes another model, for which there is no code to compare with. */
export const golden: GoldenAdapter = {
  method: 'HisCMCL',
  model(config) {
    const parsed = fileConfig.safeParse(config);
    if (parsed.success) return goldenModel(parsed.data);
    throw new SpotbenchError('bad-config', `golden file of HisCMCL: "config": ${z.prettifyError(parsed.error)}`);
  },
};

function goldenModel(file: z.infer<typeof fileConfig>): GoldenModel {
  const config = configSchema.parse({
    backbone: 'densenet121',
    imageSizePx: file.image,
    scales: file.scales,
    scaleAttention: file.scale_attention,
    projectionWidth: file.projection,
    heads: file.heads,
    headWidth: file.head_dim,
    layers: file.layers,
    temperature: file.temperature,
    // Every dropout is 0 in golden files.
    dropout: 0,
    fusionDropout: 0,
  });
  const features = fusedScales(config, 'finetune');
  return goldenContrastive(file, {
    model: releasedModel(config, 'finetune'),
    imageFeatures: (parameters, batch, mode) => features.extract(parameters, batch, mode).features,
    spotFeatures: (parameters, batch) => encodeSpots(config, parameters, batch),
  });
}
