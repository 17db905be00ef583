import { createContrastiveMethod } from '@spotbench/engine';
import { paperConfigSchema, type PaperConfig } from './config.ts';
import { paperImages, paperViews } from './levels.ts';
import { paperModel } from './model.ts';
import { trainingOptions } from './training.ts';

/** HisCMCL as its paper describes it, for which there is no code of the authors'. */
export const method = createContrastiveMethod<PaperConfig>({
  ...trainingOptions(paperImages),
  name: 'hiscmcl-paper',
  title: 'HisCMCL as described: a spot attends to its neighbourhood and slide',
  configSchema: paperConfigSchema,
  views: paperViews,
  build: paperModel,
});
