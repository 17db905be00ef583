export { goldenParameter, probe, u01 } from '../conformance/golden-formula.ts';
export { gradientError, type CheckedOp, type GradientCheckOptions } from './gradient-check.ts';
export { plantedSlides, type PlantedOptions } from '../conformance/planted-slides.ts';
export { runOnnx } from './run-onnx.ts';
export { meanPearson, permutedRows } from './mean-pearson.ts';
export { fittingRig, withoutValidation, withShuffledTruth, type FittingRig } from './fitting-rig.ts';
export { killedAndResumed, killFit } from './killed-fit.ts';
