import type { PatchReader } from '@spotbench/core';
import { fillNetworkInput, type ImageInput } from './image-input.ts';

/** What a network makes of an image: one vector, or what it had before pooling. */
export type NetworkOutput = 'pooled' | 'tokens';

/** A network that is ready to turn patches into features, whatever runs it. */
export interface PatchNetwork {
  readonly input: ImageInput;
  /** Features per patch, or per token of a patch, D. */
  readonly width: number;
  /** Images that go through at once. */
  readonly batchSize: number;
  /** Features of `batchSize` images [B, 3, S, S] as [B, D], or as [B, T, D] where the network gives tokens. */
  run(images: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * Features of the given spots, row-major [N, D] or [N, T, D], batch after batch: while the network works on one batch the next
 * is read, so that memory holds two batches of patches however many spots there are. A last batch that is not full is filled
 * up with what the one before left; those rows are dropped.
 */
export async function encodePatches(
  network: PatchNetwork,
  patches: PatchReader,
  spots: ArrayLike<number>,
  onProgress?: (done: number, total: number) => void,
): Promise<Float32Array> {
  const { input, batchSize: B } = network;
  const N = spots.length;
  let features: Float32Array | undefined;
  const buffers = [0, 1].map(() => new Float32Array(B * 3 * input.sizePx ** 2)); // [B, 3, S, S] each
  let running: Promise<void> = Promise.resolve();
  for (let start = 0, turn = 0; start < N; start += B, turn ^= 1) {
    const rows = Array.from({ length: Math.min(B, N - start) }, (_, i) => spots[start + i]);
    const images = buffers[turn];
    const { sizePx, fieldOfViewPx = sizePx } = input;
    fillNetworkInput(await settled(running, patches.read(rows, { sizePx, fieldOfViewPx })), input, images);
    await running;
    running = network.run(images).then((found) => {
      const perSpot = found.length / B;
      features ??= new Float32Array(N * perSpot);
      features.set(found.subarray(0, rows.length * perSpot), start * perSpot);
      onProgress?.(start + rows.length, N);
    });
  }
  await running;
  return features ?? new Float32Array();
}

/** The result of `reading`; a failure of `running` meanwhile is left to whoever awaits it, but never unhandled. */
function settled<T>(running: Promise<void>, reading: Promise<T>): Promise<T> {
  running.catch(() => undefined);
  return reading;
}
