/**
 * A checkpoint is one safetensors file: the whole state of training as arrays, and as metadata where training stands.
 * One file and one rename, so a process killed at any moment leaves the old checkpoint or the new one. Random numbers
 * need no state: their streams are addressed by seed, epoch and step.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bytesOf, isSpotbenchError, SpotbenchError, writeFileAtomic } from '@spotbench/core';
import { z } from 'zod';
import type { HostArrays } from '../host-array.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const termsSchema = z.record(z.string(), z.number());
const epochLossSchema = z.strictObject({ loss: z.number(), terms: termsSchema });

/** Where training stands. */
const positionSchema = z.strictObject({
  /** What is being trained, on what, how: a resumed run must be the same. */
  identity: z.string(),
  /** Epoch and step to do next, from 0. */
  epoch: z.int().nonnegative(),
  step: z.int().nonnegative(),
  /** Optimiser updates done. */
  updates: z.int().nonnegative(),
  /** Mean loss and terms of each finished epoch. */
  history: z.array(epochLossSchema),
  /** Sums over the steps done of the present epoch. */
  running: epochLossSchema,
  /** Best validation value so far and its epoch, where validation is watched. */
  best: z.strictObject({ value: z.number(), epoch: z.int().nonnegative() }).nullable(),
});

/** Mean loss of an epoch and its named terms. */
export type EpochLoss = z.infer<typeof epochLossSchema>;

/** Where training stands; everything that is not an array. */
export type TrainingPosition = z.infer<typeof positionSchema>;

/** The whole state of a training run. */
export interface Checkpoint {
  readonly position: TrainingPosition;
  readonly arrays: HostArrays;
}

/** Writes a checkpoint in one step. */
export async function writeCheckpoint(path: string, { position, arrays }: Checkpoint): Promise<void> {
  const text = JSON.stringify(position);
  const metadata = { spotbench: 'checkpoint-1', position: text, sha256: checksum(text, arrays) };
  await writeFileAtomic(path, encodeSafetensors({ arrays, metadata }));
}

/**
 * Reads a checkpoint; undefined where there is none.
 *
 * @throws SpotbenchError `damaged-artefact` when it is damaged or belongs to another run than `identity`.
 */
export async function readCheckpoint(path: string, identity: string): Promise<Checkpoint | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const { arrays, metadata } = decode(bytes, path);
  const text = metadata.position ?? '';
  if (metadata.spotbench !== 'checkpoint-1') throw unusable(path, 'not a checkpoint of this version');
  if (metadata.sha256 !== checksum(text, arrays)) throw unusable(path, 'its checksum does not hold');
  const position = positionSchema.parse(JSON.parse(text));
  if (position.identity !== identity) throw unusable(path, 'it belongs to another configuration, data set or seed');
  return { position, arrays };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function decode(bytes: Buffer, path: string): ReturnType<typeof decodeSafetensors> {
  try {
    return decodeSafetensors(bytes, path);
  } catch (error) {
    if (isSpotbenchError(error)) throw unusable(path, error.message, error);
    throw error;
  }
}

/** SHA-256 over the position and every array's bytes, in order of name. */
function checksum(position: string, arrays: HostArrays): string {
  const hash = createHash('sha256').update(position);
  for (const name of Object.keys(arrays).sort()) hash.update(name).update(bytesOf(arrays[name].data));
  return hash.digest('hex');
}

function unusable(path: string, what: string, cause?: unknown): SpotbenchError {
  return new SpotbenchError('damaged-artefact', `checkpoint ${path}: ${what}; delete it to begin this training again`, {
    cause,
  });
}
