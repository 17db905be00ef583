import { measureInference } from './peers/backbone-inference.ts';

/** Run: npm run perf -- densenet-inference [batch] [repetitions]; SPOTBENCH_PYTHON names a Python with torch. */
await measureInference('densenet121');
