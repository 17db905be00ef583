import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import { gitBytes } from '../workspace/history.ts';

const hash = z.string().nullable().optional();
const row = z.looseObject({
  method: z.string(),
  version: z.string().optional(),
  rank: z.int().nullable(),
  scores: z.record(z.string(), z.record(z.string(), z.looseObject({ value: z.number().nullable() }))),
  provenance: z.looseObject({
    commits: z.array(z.string()).optional(),
    codeHash: hash,
    configHash: hash,
    panelHashes: z.array(z.string()).optional(),
  }),
});
const ranking = z.looseObject({
  dataset: z.string(),
  protocol: z.string(),
  regime: z.string(),
  hashes: z.looseObject({ dataset: hash, protocol: hash, split: hash, features: hash }),
  rows: z.array(row),
});
/** What a comparison reads of leaderboard.json: less than it holds, so that tables of other versions can be compared. */
const comparedSchema = z.looseObject({ rankings: z.array(ranking) });
export type ComparedBoard = z.infer<typeof comparedSchema>;
export type ComparedRanking = ComparedBoard['rankings'][number];
export type ComparedRow = ComparedRanking['rows'][number];

const FILE = 'leaderboard.json';

/**
 * Reads a result set: a folder with leaderboard.json, such a file, or either at a git revision, e.g. `HEAD~1:results`; a revision
 * alone means its `results`.
 *
 * @throws SpotbenchError `missing-data` saying what was looked for; `bad-data` for a file that is no leaderboard.
 */
export function loadResults(root: string, name: string): ComparedBoard {
  const { where, text } = existsSync(name) ? fromDisk(name) : fromGit(root, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SpotbenchError('bad-data', `${where}: not valid JSON`, { cause });
  }
  const result = comparedSchema.safeParse(value);
  if (!result.success)
    throw new SpotbenchError('bad-data', `${where}: not a leaderboard: ${z.prettifyError(result.error)}`);
  return result.data;
}

function fromDisk(name: string): { where: string; text: string } {
  const path = statSync(name).isDirectory() ? join(name, FILE) : name;
  if (!existsSync(path))
    throw new SpotbenchError('missing-data', `${name}: no ${FILE} in it; npx spotbench report or publish writes one`);
  return { where: path, text: readFileSync(path, 'utf8') };
}

function fromGit(root: string, name: string): { where: string; text: string } {
  const [revision, path = 'results'] = name.split(/:(.*)/s);
  const inTree = path.endsWith('.json') ? path : `${path.replace(/\/$/, '')}/${FILE}`;
  const where = `${revision}:${inTree}`;
  try {
    return { where, text: gitBytes(root, 'show', where).toString('utf8') };
  } catch (cause) {
    throw new SpotbenchError(
      'missing-data',
      `"${name}": no such file or folder, and git has no ${where}; give a folder with ${FILE}, such a file, or a revision, e.g. HEAD~1:results`,
      { cause },
    );
  }
}
