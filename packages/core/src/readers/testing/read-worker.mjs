// Runs a reader on files it is told of: damaged ones may make HDF5 itself hang, which only ending a thread stops.
import { register } from 'tsx/esm/api';

register();
const { answerReads } = await import('./read-worker.ts');
answerReads();
