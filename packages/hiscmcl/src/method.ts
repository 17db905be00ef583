import { createContrastiveMethod } from '@spotbench/engine';
import { configSchema, type Config } from './config.ts';
import { releasedModel } from './model.ts';
import { views } from './scales.ts';
import { trainingOptions } from './training.ts';

/** HisCMCL as its authors released it. */
export const method = createContrastiveMethod<Config>({
  ...trainingOptions(['patch']),
  name: 'hiscmcl',
  title: 'HisCMCL: contrastive learning over several scales of a crop',
  configSchema,
  views,
  build: releasedModel,
});
