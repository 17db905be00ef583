import { join } from 'node:path';
import { hashValue, isSpotbenchError, readArtefactFile, readManifest, writeArtefact } from '@spotbench/core';
import { z } from 'zod';
import { codeHash } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { rankMethods, type MethodCells, type RankingOptions, type Standings } from './ranking.ts';

/** `kind` of the artefact that a ranking's rows and conclusions are kept in. */
export const STANDINGS_KIND = 'spotbench-standings';

const FILE = 'standings.json';
const metaSchema = z.strictObject({ code: z.string(), key: z.string() });

/** Ranks the methods of a place, e.g. `her2st--patient-out--frozen`, see `rankMethods`. */
export type Rank = (
  place: string,
  methods: readonly MethodCells[],
  sets: readonly string[],
  options: RankingOptions,
) => Standings | Promise<Standings>;

/**
 * Ranks as `rankMethods` does and keeps the outcome in .spotbench/standings, for bootstraps take longer than all else in a run
 * that finds every cell done. What is kept counts only under the same key: a hash over this program and Node, every cell's
 * record, checksums and state, similarities, gene sets and commands. One that is damaged is computed again.
 */
export function standingsKeeper(workspace: Workspace): Rank {
  const code = standingsCode(workspace);
  return async (place, methods, sets, options) => {
    const folder = join(workspace.store, 'standings', place);
    const key = keyOf(code, methods, sets, options);
    const kept = await readKept(folder, key);
    if (kept !== undefined) return JSON.parse(kept) as Standings;
    const text = JSON.stringify(rankMethods(methods, sets, options));
    await writeArtefact(folder, STANDINGS_KIND, { code, key }, { [FILE]: text });
    return JSON.parse(text) as Standings;
  };
}

/** Hash of what computes rankings: all of the bench and core, the versions they are installed with, and Node. */
export function standingsCode(workspace: Workspace): string {
  return hashValue([process.version, codeHash(workspace, CODE)]);
}

const CODE = ['package-lock.json', 'packages/core/src', 'packages/bench/src'];

/** The code that a kept ranking was computed by. @throws SpotbenchError `missing-data`, `damaged-artefact`. */
export async function codeOfKept(folder: string): Promise<string | undefined> {
  return metaSchema.safeParse((await readManifest(folder, STANDINGS_KIND)).meta).data?.code;
}

function keyOf(
  code: string,
  methods: readonly MethodCells[],
  sets: readonly string[],
  { commandFor, averaging }: RankingOptions,
): string {
  const cells = methods.map(({ method, kind, states, finished }) => ({
    method,
    kind,
    command: commandFor(method),
    // With every file's checksum: scores and gene sets are among them.
    states,
    similarities: finished?.map(({ similarities }) => similarities ?? null),
  }));
  return hashValue([code, cells, sets, commandFor(''), averaging ?? null]);
}

async function readKept(folder: string, key: string): Promise<string | undefined> {
  try {
    const manifest = await readManifest(folder, STANDINGS_KIND);
    if (metaSchema.safeParse(manifest.meta).data?.key !== key) return undefined;
    return (await readArtefactFile(folder, manifest, FILE)).toString('utf8');
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}
