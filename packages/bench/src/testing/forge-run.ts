import { readArtefactFile, writeArtefact } from '@spotbench/core';
import { storedRun } from '../rescore/rescore.ts';
import { RUN_KIND } from '../results/run-artefact.ts';
import { runFolder } from '../results/run-folder.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Replaces files of a stored run, checksums and all: what somebody could do who wants another number. */
export async function forgeRun(
  workspace: Workspace,
  cell: string,
  change: (files: Record<string, Buffer>) => void,
): Promise<void> {
  const folder = runFolder(workspace, cell);
  const { manifest } = await storedRun(workspace, cell);
  const files: Record<string, Buffer> = {};
  for (const name of Object.keys(manifest.files)) files[name] = await readArtefactFile(folder, manifest, name);
  change(files);
  await writeArtefact(folder, RUN_KIND, manifest.meta, files);
}
