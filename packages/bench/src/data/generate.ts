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
  { name, seed }: NonNullable<DatasetEntry['generator']>,
  onProgress?: StepProgress,
): Promise<void> {
  const folder = join(workspace.store, 'raw', id);
  const record = canonicalJson({ name, seed, code: codeHash(workspace, ['packages/bench/src/demo']) });
  const path = join(folder, RECORD);
  if (existsSync(path) && readFileSync(path, 'utf8') === record) return;
  const { makeDemoCohort } = await import('../demo/demo-cohort.ts');
  await makeDemoCohort(folder, { cohort: name, seed, onProgress });
  await writeFileAtomic(path, record);
}
