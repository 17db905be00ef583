// The start of a worker thread: makes it run TypeScript from source, as the command line does.
import { register } from 'tsx/esm/api';

register();
await import('./patch-worker.ts');
