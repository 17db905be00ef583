export { configSchema, type Config } from './config.ts';
export { loss } from './loss.ts';
export { method } from './method.ts';
export { encodeSpots, imageEncoder, spotEncoder } from './model.ts';
