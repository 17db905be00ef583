export { goldenParameter, probe, u01 } from './golden-formula.ts';
