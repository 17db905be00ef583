import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST, SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';
import { cardSchema } from './card.ts';

/** `kind` of the artefact that accepted predictions are. */
export const SUBMISSION_KIND = 'spotbench-submission';

/** What the store keeps of a submission beside its numbers. */
const submissionMeta = z.strictObject({
  card: cardSchema,
  folds: z.array(
    z.strictObject({
      fold: z.int().nonnegative(),
      training: z.array(z.string()).describe('What the fold is known by: sections that may be learnt from, sorted.'),
      genes: z.array(z.string()),
      spots: z.record(z.string(), z.array(z.string())).describe('By test section.'),
    }),
  ),
});
export type SubmissionMeta = z.infer<typeof submissionMeta>;

const FOLDER = '.spotbench/submissions';

/** Where a submission lies, relative to the workspace root. */
export const submissionRoot = (name: string): string => `${FOLDER}/${name}`;

/** A section's array of a fold in the artefact, float32 [N, G]. */
export const valuesFile = (fold: number, section: string): string => `fold${fold}/${section}.f32`;

/** Names of the submissions in the store. */
export function storedNames({ root }: Workspace): string[] {
  const folder = join(root, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, MANIFEST)))
    .sort();
}

/**
 * What the store says of a submission; its numbers are checked when they are read.
 *
 * @throws SpotbenchError `damaged-artefact` naming the file, what is wrong with it and what to do.
 */
export function storedMeta({ root }: Workspace, name: string): SubmissionMeta {
  const folder = join(root, submissionRoot(name));
  const path = join(folder, MANIFEST);
  const damaged = (what: string, cause?: unknown): SpotbenchError =>
    new SpotbenchError(
      'damaged-artefact',
      `${path}: ${what}; add it again (npx spotbench submission add <the folder it came from>), or remove ${folder}`,
      { cause },
    );
  let manifest: { meta?: unknown };
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as { meta?: unknown };
  } catch (cause) {
    throw damaged(`is not JSON: ${(cause as Error).message}`, cause);
  }
  const result = submissionMeta.safeParse(manifest.meta);
  if (!result.success) throw damaged(`is no submission of this version: ${z.prettifyError(result.error)}`);
  if (result.data.card.name !== name) throw damaged(`is the submission "${result.data.card.name}"`);
  return result.data;
}
