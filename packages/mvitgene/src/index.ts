export { configSchema, type Config } from './config.ts';
export { imageFeatures, type ImageFeatures } from './image-features.ts';
export { loss } from './loss.ts';
export { method, modelOf } from './method.ts';
export { imageEncoder, spotEncoder } from './model.ts';
export { predictExpression } from './prediction-head.ts';
export { cutTiles } from './tiles.ts';
