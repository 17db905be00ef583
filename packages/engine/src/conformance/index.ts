export type { GoldenAdapter, GoldenModel } from './golden-adapter.ts';
export { compareGolden } from './golden-compare.ts';
export { parseGolden, type GoldenFile } from './golden-file.ts';
export { compareRetrieval, parseGoldenRetrieval, type GoldenRetrieval } from './golden-retrieval.ts';
export { goldenParameter, probe, u01 } from './golden-formula.ts';
export type { GoldenRow } from './golden-row.ts';
export { goldenParameters, runGolden, type GoldenRun } from './golden-run.ts';
export { plantedSlides, type PlantedOptions } from './planted-slides.ts';
