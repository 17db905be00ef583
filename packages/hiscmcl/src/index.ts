export { configSchema, paperConfigSchema, type Config, type PaperConfig } from './config.ts';
export { loss } from './loss.ts';
export { method } from './method.ts';
export { paperModel, releasedModel } from './model.ts';
export { method as paperMethod } from './paper.ts';
