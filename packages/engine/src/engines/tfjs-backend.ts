import { engine } from '@tensorflow/tfjs-core';
import { withBackend } from '../compile/backend-switch.ts';

/**
 * Starts a backend without TensorFlow.js's own asynchronous switch, during which no other engine could run: the backend is
 * made first and then registered ready-made, so that from here on switching to it is synchronous.
 */
export async function initialiseBackend(name: string): Promise<void> {
  const { registry } = engine();
  if (name in registry) return;
  const backend = await engine().findBackendFactory(name)();
  if (name in registry) return; // another engine was faster
  engine().removeBackend(name);
  engine().registerBackend(name, () => backend);
  withBackend(name, () => undefined);
}
