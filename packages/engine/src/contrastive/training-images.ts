import type { AugmentedPatches } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { imageArray, viewBatch, type ImageInputs, type SpotRow } from './image-inputs.ts';

/** Which spots each step of a training run holds. */
export interface TrainingOrder {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  spots(epoch: number, step: number): readonly SpotRow[];
}

/**
 * The images of a training run, made ahead of the step that needs them. Steps are asked for in their order; one that is
 * not the next, as the first of a resumed run, starts a new stream there.
 */
export class TrainingImages {
  readonly #patches: AugmentedPatches;
  readonly #inputs: ImageInputs;
  readonly #order: TrainingOrder;
  #stream: { next: number; images: AsyncGenerator<Float32Array, void, undefined> } | undefined;

  constructor(patches: AugmentedPatches, inputs: ImageInputs, order: TrainingOrder) {
    this.#patches = patches;
    this.#inputs = inputs;
    this.#order = order;
  }

  /** Images of a step by view, as inputs. */
  async read(epoch: number, step: number): Promise<HostArrays> {
    const at = epoch * this.#order.stepsPerEpoch + step;
    if (this.#stream?.next !== at) {
      await this.#stream?.images.return();
      this.#stream = { next: at, images: this.#patches.batches(this.#plan(at)) };
    }
    const arrays: HostArrays[] = [];
    for (const view of this.#inputs.views) {
      const { value } = await this.#stream.images.next();
      arrays.push(imageArray(view, value!, this.#inputs.sizePx));
    }
    this.#stream.next = at + 1;
    return Object.assign({}, ...arrays) as HostArrays;
  }

  /** Ends the stream and its threads. */
  async close(): Promise<void> {
    await this.#stream?.images.return();
    await this.#patches.close();
  }

  *#plan(from: number) {
    const { epochs, stepsPerEpoch } = this.#order;
    for (let at = from; at < epochs * stepsPerEpoch; at++) {
      const epoch = Math.floor(at / stepsPerEpoch);
      const spots = this.#order.spots(epoch, at % stepsPerEpoch);
      for (const view of this.#inputs.views) yield viewBatch(view, spots, epoch);
    }
  }
}
