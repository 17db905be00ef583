import type { HostArrays } from '../host-array.ts';
import type { Checkpoint, TrainingPosition } from '../state/checkpoint.ts';
import { below, under } from './state-layout.ts';
import { requireFinite, type StepName } from './divergence.ts';
import type { EarlyStoppingOptions } from './train-options.ts';

/** Prefix of the best epoch's parameters in a checkpoint. */
const BEST = 'best/';

type Best = TrainingPosition['best'];

/**
 * Watches validation: keeps the parameters of the epoch with the lowest value (the earliest of equals), and says when
 * `patience` epochs have passed without a lower one. Without options it watches nothing and never stops.
 */
export class EarlyStopping {
  readonly #options: EarlyStoppingOptions | undefined;
  #record: Best;
  #best: HostArrays | undefined;

  constructor(options: EarlyStoppingOptions | undefined, resumed: Checkpoint | undefined) {
    this.#options = options;
    this.#record = resumed?.position.best ?? null;
    if (this.#record !== null) this.#best = below(BEST, resumed!.arrays);
  }

  get watches(): boolean {
    return this.#options !== undefined;
  }

  /** Parameters of the best epoch so far. */
  get best(): HostArrays | undefined {
    return this.#best;
  }

  /** True when training should end after that many epochs. */
  isOver(epochs: number): boolean {
    if (this.#options === undefined || this.#record === null) return false;
    return epochs - this.#record.epoch >= this.#options.patience;
  }

  /**
   * Validates the parameters after an epoch.
   *
   * @throws SpotbenchError `diverged` when the figure is NaN or infinite: no epoch could be chosen by it.
   */
  async afterEpoch(place: StepName, parameters: HostArrays, lastGood: string): Promise<Best> {
    const { epoch } = place;
    const value = await this.#options!.validate(parameters);
    requireFinite({ validation: value }, place, lastGood);
    if (this.#record === null || value < this.#record.value) {
      this.#record = { value, epoch };
      this.#best = parameters;
    }
    return this.#record;
  }

  /** What a checkpoint must hold beside the training state. */
  bestArrays(): HostArrays {
    return this.#best === undefined ? {} : under(BEST, this.#best);
  }

  /** The training state of a checkpoint's arrays. */
  withoutBest(arrays: HostArrays): HostArrays {
    return Object.fromEntries(Object.entries(arrays).filter(([name]) => !name.startsWith(BEST)));
  }
}
