import { join } from 'node:path';
import { difference, factsOf } from '../download/file-facts.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { planDataset, type Output, type PlannedFile } from './planned-files.ts';

/** What a data set's files are against what is recorded of them; paths below the data root. */
export interface Verified {
  readonly dataset: string;
  readonly root: string;
  /** How many files are what datasets.json and data.lock.json say. */
  readonly right: number;
  readonly wrong: readonly { readonly path: string; readonly problem: string }[];
  readonly missing: readonly string[];
  /** Files that are there, and of which no hash is known. */
  readonly unknown: readonly string[];
}

/** Reads every file of a data set again and compares size and hash with the record. */
export async function verifyDataset(
  workspace: Workspace,
  id: string,
  entry: DatasetEntry,
  onProgress: (done: number, total: number, path: string) => void = () => undefined,
): Promise<Verified> {
  const { root, files } = await planDataset(workspace, id, entry);
  const outputs = files.flatMap(outputsOf);
  const found = {
    right: 0,
    wrong: [] as { path: string; problem: string }[],
    missing: [] as string[],
    unknown: [] as string[],
  };
  for (const [i, output] of outputs.entries()) {
    onProgress(i, outputs.length, output.path);
    const { path } = output;
    if (output.found === undefined) found.missing.push(path);
    else if (output.found !== path || (output.sha256 ?? output.md5) === undefined) found.unknown.push(output.found);
    else {
      const problem = difference(output, await factsOf(join(root, path)));
      if (problem === undefined) found.right++;
      else found.wrong.push({ path, problem });
    }
  }
  return { dataset: id, root, ...found };
}

/** An archive whose members nobody knows counts as one file that is there or not. */
const outputsOf = ({ outputs, file, present }: PlannedFile): readonly Output[] =>
  outputs ?? [{ path: file, found: present ? `${file} (unpacked)` : undefined }];
