import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, writeFileAtomic } from '@spotbench/core';
import type { DatasetEntry } from '../datasets/schema.ts';
import { codeHash } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { StepProgress } from './build-data.ts';

/** Records what a generated cohort was made with, beside its files. */
const RECORD = 'generated.json';

/** Makes a synthetic cohort's raw files, unless the same generator has made them with the same seed. */
export async function generate(
  workspace: Workspace,
  id: string,
  generator: Generator,
  onProgress?: StepProgress,
): Promise<void> {
  if (isGenerated(workspace, id, generator)) return;
  const { makeDemoCohort } = await import('../demo/demo-cohort.ts');
  const folder = folderOf(workspace, id);
  await makeDemoCohort(folder, { cohort: generator.name, seed: generator.seed, onProgress });
  await writeFileAtomic(join(folder, RECORD), recordOf(workspace, generator));
}

/** Whether today's generator has made a cohort's raw files with that seed. */
export function isGenerated(workspace: Workspace, id: string, generator: Generator): boolean {
  const path = join(folderOf(workspace, id), RECORD);
  return existsSync(path) && readFileSync(path, 'utf8') === recordOf(workspace, generator);
}

type Generator = NonNullable<DatasetEntry['generator']>;

const folderOf = ({ store }: Workspace, id: string): string => join(store, 'raw', id);

function recordOf(workspace: Workspace, { name, seed }: Generator): string {
  return canonicalJson({ name, seed, code: codeHash(workspace, ['packages/bench/src/demo']) });
}
