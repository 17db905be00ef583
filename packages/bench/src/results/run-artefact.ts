import { readArtefactFile, SpotbenchError, type ArtefactManifest } from '@spotbench/core';
import { z } from 'zod';
import { runRecordSchema, type RunRecord } from './run-record.ts';

/** `kind` of the artefact that a cell leaves behind. */
export const RUN_KIND = 'spotbench-run';

/** A run record as JSON text, checked against its schema before it is written. */
export function runRecordJson(record: RunRecord): string {
  return `${JSON.stringify(runRecordSchema.parse(record), null, 2)}\n`;
}

/** Reads run.json of a cell. @throws SpotbenchError `damaged-artefact` when it is not a record of this version. */
export async function readRunRecord(folder: string, manifest: ArtefactManifest): Promise<RunRecord> {
  const text = (await readArtefactFile(folder, manifest, 'run.json')).toString('utf8');
  const result = runRecordSchema.safeParse(JSON.parse(text));
  if (!result.success)
    throw new SpotbenchError(
      'damaged-artefact',
      `${folder}/run.json: not a run record of this version: ${z.prettifyError(result.error)}`,
    );
  return result.data;
}
