export { isSpotbenchError, SpotbenchError, type ErrorTag } from './spotbench-error.ts';
export { lookUp, nearestNames, unknownName } from './unknown-name.ts';
