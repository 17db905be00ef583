import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { PatchStore } from '../patches/patch-store.ts';
import type { Random } from '../random/random.ts';
import { normalisationOf } from './augment-patch.ts';
import { type Augmentation, augmentationsSchema } from './augmentation.ts';
import { drawOperations } from './draw-operations.ts';
import { makeBatch, type PatchJob } from './patch-job.ts';
import { startWorkerPool } from './worker-pool.ts';

/** The patches of one training step. */
export interface PatchBatch {
  /** View of the patch store. */
  readonly view: string;
  readonly spots: readonly { readonly section: string; readonly row: number }[];
  /** Augments as in this epoch; without one, patches are only normalised. */
  readonly epoch?: number;
  /** Patches of the array, B, where it is more than the spots; the rest is 0. */
  readonly size?: number;
}

/** Patches as a network takes them: read, augmented, floats, channel first. */
export interface AugmentedPatches {
  /**
   * The patches of a batch. [B, 3, S, S]
   * @throws SpotbenchError as the patch store does, with section and spot in front.
   */
  read(batch: PatchBatch): Promise<Float32Array>;
  /**
   * The patches of many batches, in their order, each made while those before it are used: up to `ahead` are made or being made
   * beyond the one asked for, and no more until it is taken. Ends early, without error, when the caller stops asking.
   */
  batches(plan: Iterable<PatchBatch>): AsyncGenerator<Float32Array, void, undefined>;
  /** Ends the workers. The store stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface AugmentedPatchesOptions {
  readonly store: PatchStore;
  readonly augmentations: readonly Augmentation[];
  /** The operations of a spot are drawn from its fork ('augmentation', epoch, section, row), so they are the same in all views. */
  readonly random: Random;
  /** Threads that make batches, each a whole one; 0 makes them where they are asked for, to the same bytes. */
  readonly workers: number;
  /** Batches made in advance; with W workers, W keeps all at work. Each takes 12 B S^2 bytes. */
  readonly ahead: number;
}

/**
 * Makes augmented batches in worker threads ahead of the training step. What is done to each patch is drawn in the calling
 * thread; workers apply it, so neither their number nor their order changes a value.
 * @throws SpotbenchError `bad-config` for augmentations that the schema refuses and for part of a store, RangeError for counts
 * that are none.
 */
export function createAugmentedPatches(options: AugmentedPatchesOptions): AugmentedPatches {
  const { store, augmentations, random, workers, ahead } = options;
  checkCount('workers', workers, 0);
  checkCount('ahead', ahead, 0);
  checkAugmentations(augmentations);
  if (store.part !== undefined) throw ofPart();
  const pool = workers > 0 ? startWorkerPool(store.folder, workers) : undefined;
  const normalisation = normalisationOf(augmentations);

  const jobOf = ({ view, spots, epoch, size = spots.length }: PatchBatch): PatchJob => {
    checkCount('size', size, spots.length);
    const patches = spots.map(({ section, row }) => {
      const own = (of: number): Random => random.fork('augmentation', of, section, row);
      return { section, row, operations: epoch === undefined ? [] : drawOperations(augmentations, own(epoch)) };
    });
    return { view, size, patches, normalisation };
  };
  const read = async (batch: PatchBatch): Promise<Float32Array> => {
    const job = jobOf(batch);
    return pool === undefined ? makeBatch(store, job) : pool.run(job);
  };

  return {
    read,
    async *batches(plan) {
      // Without workers nothing is made in advance: it would only be made sooner.
      const inAdvance = pool === undefined ? 0 : ahead;
      const coming: Promise<Float32Array>[] = [];
      for (const batch of plan) {
        const made = read(batch);
        // Whoever takes the batch hears of it; one that nobody takes must not end the process.
        made.catch(() => undefined);
        coming.push(made);
        if (coming.length > inAdvance) yield await coming.shift()!;
      }
      for (const made of coming) yield await made;
    },
    async close() {
      await pool?.close();
    },
  };
}

/** Workers open the store by its folder and know nothing of parts: they would read other spots' patches. */
function ofPart(): SpotbenchError {
  return new SpotbenchError(
    'bad-config',
    'augmented patches: needed a whole patch store, found part of one; give `part.of`, and rows of it (`part.rows`)',
  );
}

function checkCount(name: string, count: number, least: number): void {
  if (!Number.isSafeInteger(count) || count < least)
    throw new RangeError(`augmented patches: ${name} must be a whole number of at least ${least}, got ${count}`);
}

function checkAugmentations(augmentations: readonly Augmentation[]): void {
  const issue = augmentationsSchema.safeParse(augmentations).error?.issues[0];
  if (issue) throw new SpotbenchError('bad-config', `augmentations: ${issue.path.join('.')} ${issue.message}`);
}
