import type { ExtractedSquare } from '@spotbench/core';
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
 * Features of `count` patches [N, D] or [N, T, D], row-major, batch after batch as they come: while the network works on one
 * batch the next is read, so that memory holds two batches of patches however many there are. A last batch that is not
 * full is filled up with what its memory held before; those rows are dropped. However it ends, the network is at rest.
 */
export async function encodePatches(
  network: PatchNetwork,
  patches: AsyncIterable<ExtractedSquare>,
  count: number,
  onProgress?: (done: number, total: number) => void,
): Promise<Float32Array> {
  const { input, batchSize: B } = network;
  const image = 3 * input.sizePx ** 2;
  let features: Float32Array | undefined;
  const buffers = [0, 1].map(() => new Float32Array(B * image)); // [B, 3, S, S] each
  let [turn, done] = [0, 0];
  let rows: number[] = [];
  let running: Promise<void> = Promise.resolve();
  const encode = async (images: Float32Array, batch: readonly number[]): Promise<void> => {
    const found = await network.run(images);
    const width = found.length / B;
    features ??= new Float32Array(count * width);
    batch.forEach((row, k) => features!.set(found.subarray(k * width, (k + 1) * width), row * width));
    onProgress?.((done += batch.length), count);
  };
  try {
    for await (const { row, pixels } of patches) {
      fillNetworkInput(pixels, input, buffers[turn].subarray(rows.length * image));
      rows.push(row);
      if (rows.length < B) continue;
      await running;
      running = encode(buffers[turn], rows);
      // Whoever awaits it next hears of a failure.
      running.catch(() => undefined);
      [turn, rows] = [turn ^ 1, []];
    }
  } finally {
    await running;
  }
  if (rows.length > 0) await encode(buffers[turn], rows);
  return features ?? new Float32Array();
}
