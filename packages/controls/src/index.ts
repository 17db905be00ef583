export { method as ridge } from './ridge.ts';
export { method as trainingMean } from './training-mean.ts';
export { method as zeros } from './zeros.ts';
