/** A toy training with a checkpoint after every step, to be killed from outside: `tsx killed-training.ts <path>`. It never ends. */
import { train } from '@spotbench/engine';
import { toyOptions } from './toy-training.ts';

/** Whoever kills may be slow: half-way the training waits for it. */
const forever = () => new Promise<never>(() => setInterval(() => undefined, 60_000));

/** Epochs of the run that is killed and of the one that takes over. */
export const EPOCHS = 16;

const [, script, path] = process.argv;
if (script.endsWith('killed-training.ts')) {
  const checkpoint = { path, identity: 'killed', everySteps: 1 };
  const options = await toyOptions({ epochs: EPOCHS, checkpoint, onProgress: () => process.stdout.write('.') });
  const read: typeof options.batches.read = (epoch, step) =>
    epoch < EPOCHS / 2 ? options.batches.read(epoch, step) : forever();
  await train({ ...options, batches: { ...options.batches, read } });
}
