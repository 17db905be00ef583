export { goldenParameter, probe, u01 } from './golden-formula.ts';
export { plantedSlides, type PlantedOptions } from './planted-slides.ts';
