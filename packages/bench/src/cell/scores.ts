import { readArtefactFile, SpotbenchError, type ArtefactManifest, type GeneScore } from '@spotbench/core';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';

/** One line of scores.csv: a gene of a test section of a run. */
export interface ScoreRow extends GeneScore {
  readonly runId: string;
  readonly patient: string;
  readonly section: string;
}

const COLUMNS = [
  'runId',
  'patient',
  'section',
  'gene',
  'nSpots',
  'pcc',
  'spearman',
  'r2',
  'mse',
  'mae',
  'truthMean',
  'truthVar',
  'predVar',
  'undefined',
] as const;

const number = z.string().transform((text) => (text === '' ? null : Number(text)));
/** scores.csv, line by line: an empty field is an undefined value, `undefined` says why; NaN is never written. */
export const scoreRowSchema = z.strictObject({
  runId: z.string(),
  patient: z.string(),
  section: z.string(),
  gene: z.string(),
  nSpots: z.coerce.number().int(),
  pcc: number,
  spearman: number,
  r2: number,
  mse: number,
  mae: number,
  truthMean: number,
  truthVar: number,
  predVar: number,
  undefined: z
    .enum(['', 'constant_truth', 'constant_pred', 'too_few', 'missing_by_method'])
    .transform((text) => (text === '' ? null : text)),
});

/** scores.csv: gene x section x run, the single source of every number of a table. */
export function scoresCsv(rows: readonly ScoreRow[]): string {
  return stringify([...rows], { header: true, columns: [...COLUMNS], cast: { number: shortest } });
}

/** As many digits as tell the number apart; -0 is 0. */
function shortest(value: number): string {
  if (!Number.isFinite(value))
    throw new SpotbenchError(
      'bad-prediction',
      `scores: ${value} cannot be written; undefined values are null with a reason`,
    );
  return String(value === 0 ? 0 : value);
}

/** Reads a run's scores back. @throws SpotbenchError `damaged-artefact` naming the line that does not fit the schema. */
export async function readScores(folder: string, manifest: ArtefactManifest): Promise<ScoreRow[]> {
  const records = parse<Record<string, string>>(await readArtefactFile(folder, manifest, 'scores.csv'), {
    columns: true,
  });
  return records.map((record, i) => {
    const result = scoreRowSchema.safeParse(record);
    if (!result.success)
      throw new SpotbenchError(
        'damaged-artefact',
        `${folder}/scores.csv line ${i + 2}: ${z.prettifyError(result.error)}`,
      );
    return result.data;
  });
}
