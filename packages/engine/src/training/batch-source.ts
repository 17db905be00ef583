import type { HostArrays } from '../host-array.ts';

/** Where batches come from. Reading is by number, so that a resumed run takes up any step without replaying others. */
export interface BatchSource {
  /** Batches of an epoch, the smaller last one included where it is kept. */
  readonly stepsPerEpoch: number;
  /** The arrays of a batch; epoch and step count from 0. */
  read(epoch: number, step: number): Promise<HostArrays>;
}
