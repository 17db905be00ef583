export { configSchema, type Config } from './config.ts';
export { loss } from './loss.ts';
export { method } from './method.ts';
export { imageEncoder, spotEncoder } from './model.ts';
