import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';
import type { RunRecord } from './run-record.ts';

const listSchema = z.record(z.string(), z.string().length(64));

/** SHA-256 of source files by path. */
export type CodeList = Readonly<Record<string, string>>;

/** Where the files behind a code hash are listed: one list for all records made with that code. */
function listPath({ store }: Workspace, codeHash: string): string {
  return join(store, 'code', `${codeHash}.json`);
}

/** Keeps the list of files behind a code hash, so that it can be said later which of them changed. */
export async function keepCodeList(workspace: Workspace, codeHash: string, files: CodeList): Promise<void> {
  const path = listPath(workspace, codeHash);
  if (!existsSync(path)) await writeFileAtomic(path, `${JSON.stringify(files, null, 1)}\n`);
}

/**
 * The files that are not now what they were when a record was made, in order: by the list kept of its code, else by git from
 * the commit it names. Undefined where neither tells.
 */
export async function changedCode(
  workspace: Workspace,
  { codeHash, commit, dirty }: Pick<RunRecord, 'codeHash' | 'commit' | 'dirty'>,
  now: CodeList,
  sources: readonly string[],
): Promise<string[] | undefined> {
  const then = await readCodeList(workspace, codeHash);
  if (then !== undefined) return differing(then, now);
  if (commit === null || dirty) return undefined;
  return changedSince(workspace, commit, sources);
}

async function readCodeList(workspace: Workspace, codeHash: string): Promise<CodeList | undefined> {
  try {
    return listSchema.parse(JSON.parse(await readFile(listPath(workspace, codeHash), 'utf8')));
  } catch {
    // Not kept, or spoilt: it only explains, nothing depends on it.
    return undefined;
  }
}

function differing(then: CodeList, now: CodeList): string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  return names.filter((name) => then[name] !== now[name]);
}

function changedSince({ root }: Workspace, commit: string, sources: readonly string[]): string[] | undefined {
  try {
    const args = ['-C', root, 'diff', '--name-only', '--relative', commit, '--', ...sources];
    const text = execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const files = text.split('\n').filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    return files.length > 0 ? files : undefined;
  } catch {
    return undefined;
  }
}
