export { method as librarySize } from './library-size.ts';
export { method as nearestNeighbours } from './nearest-neighbours.ts';
export { method as noise } from './noise.ts';
export { method as oracle } from './oracle.ts';
export { method as positionOnly } from './position-only.ts';
export { method as ridge } from './ridge.ts';
export { method as trainingMean } from './training-mean.ts';
export { method as zeros } from './zeros.ts';
