// A worker that stops at its first job, in the way its folder names.
import { parentPort, workerData } from 'node:worker_threads';

parentPort.on('message', () => {
  if (workerData.folder === 'exit') process.exit(3);
  throw new Error('out of order');
});
