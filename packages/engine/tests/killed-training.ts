/** A long toy training with a checkpoint after every step, to be killed from outside: `tsx killed-training.ts <path>`. */
import { train } from '@spotbench/engine';
import { toyOptions } from './toy-training.ts';

/** Epochs of the run that is killed and of the one that takes over. */
export const EPOCHS = 40;

const [, script, path] = process.argv;
if (script.endsWith('killed-training.ts')) {
  const checkpoint = { path, identity: 'killed', everySteps: 1 };
  await train(await toyOptions({ epochs: EPOCHS, checkpoint, onProgress: () => process.stdout.write('.') }));
}
