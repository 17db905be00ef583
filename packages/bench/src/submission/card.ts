import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import { LONGEST_METHOD_NAME, METHOD_NAME } from '../registry/method-name.ts';

const filled = z.string().trim().min(1, { error: 'fill this in' });

/** submission.json: what one must know of predictions that were made elsewhere. */
export const cardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z
    .string()
    .regex(METHOD_NAME, { error: 'needed lower-case letters, digits and single hyphens' })
    .max(LONGEST_METHOD_NAME)
    .describe('Name of the row in tables; unlike that of any method.'),
  title: filled.describe('One line for tables.'),
  authors: z.array(filled).min(1),
  licence: filled.describe('SPDX name of the licence of the predictions, e.g. CC-BY-4.0.'),
  code: z.url().nullable().describe('Where the code is; null where it is not public.'),
  dataset: filled,
  protocol: filled,
  regime: z.enum(['frozen', 'finetune']).describe('Whether the image encoder was trained on the training sections.'),
  encoder: filled.describe('The image encoder and what it was trained on before; "none" where no image was used.'),
  trainingData: filled.describe('What every part was fitted on, pretraining included.'),
  usesTestExpression: z
    .literal(false, { error: 'needed false: predictions that saw the expression of a test section cannot be scored' })
    .describe('Declared by the authors: no expression of a test section was used in any way, choosing genes included.'),
});
export type SubmissionCard = z.infer<typeof cardSchema>;

/** File of the card in a submission's folder. */
export const CARD = 'submission.json';

/** Reads the card of a folder. @throws SpotbenchError `missing-data` without one, `bad-config` naming the fields to mend. */
export function readCard(folder: string): SubmissionCard {
  const path = join(folder, CARD);
  if (!existsSync(path))
    throw new SpotbenchError(
      'missing-data',
      `${path}: no such file; npx spotbench submission template makes one to fill in`,
    );
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SpotbenchError('bad-config', `${path}: is not JSON: ${(cause as Error).message}`, { cause });
  }
  const result = cardSchema.safeParse(json);
  if (result.success) return result.data;
  throw new SpotbenchError('bad-config', `${path}: ${z.prettifyError(result.error)}`);
}

/** An empty card: what authors fill in. `check` names every field that still is empty. */
export function emptyCard(dataset: string, protocol: string): string {
  const card: Record<keyof SubmissionCard, unknown> = {
    schemaVersion: 1,
    name: '',
    title: '',
    authors: [],
    licence: '',
    code: null,
    dataset,
    protocol,
    regime: '',
    encoder: '',
    trainingData: '',
    usesTestExpression: null,
  };
  return `${JSON.stringify(card, null, 2)}\n`;
}
