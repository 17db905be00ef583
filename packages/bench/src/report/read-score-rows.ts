import { readArtefactFile, type ArtefactManifest } from '@spotbench/core';
import { readScores, type ScoreRow } from '../cell/scores.ts';

const HEADER = 'runId,patient,section,gene,nSpots,pcc,spearman,r2,mse,mae,truthMean,truthVar,predVar,undefined';
const REASONS: readonly string[] = ['constant_truth', 'constant_pred', 'too_few', 'missing_by_method'];

/**
 * Reads a run's scores as `readScores` does, several times faster: a table reads millions of rows, nearly all of them plain.
 * Whatever is not plain (a quoted field, another header, a field that does not fit) is left to `readScores`, which says what is
 * wrong with it.
 */
export async function readScoreRows(folder: string, manifest: ArtefactManifest): Promise<readonly ScoreRow[]> {
  const text = (await readArtefactFile(folder, manifest, 'scores.csv')).toString('utf8');
  return plainRows(text) ?? (await readScores(folder, manifest));
}

function plainRows(text: string): ScoreRow[] | undefined {
  if (text.includes('"') || !text.endsWith('\n')) return undefined;
  const [header, ...lines] = text.slice(0, -1).split('\n');
  if (header !== HEADER) return undefined;
  const rows: ScoreRow[] = [];
  for (const line of lines) {
    const row = plainRow(line.split(','));
    if (!row) return undefined;
    rows.push(row);
  }
  return rows;
}

/** Written out field by field: arrays in between take half as long again. */
function plainRow(fields: readonly string[]): ScoreRow | undefined {
  if (fields.length !== 14) return undefined;
  const nSpots = Number(fields[4]);
  const reason = fields[13];
  if (fields[4] === '' || !Number.isInteger(nSpots)) return undefined;
  if (reason !== '' && !REASONS.includes(reason)) return undefined;
  const pcc = numberOrNull(fields[5]);
  const spearman = numberOrNull(fields[6]);
  const r2 = numberOrNull(fields[7]);
  const mse = numberOrNull(fields[8]);
  const mae = numberOrNull(fields[9]);
  const truthMean = numberOrNull(fields[10]);
  const truthVar = numberOrNull(fields[11]);
  const predVar = numberOrNull(fields[12]);
  // One that is no number makes the sum none.
  if (Number.isNaN(pcc! + spearman! + r2! + mse! + mae! + truthMean! + truthVar! + predVar!)) return undefined;
  return {
    runId: fields[0],
    patient: fields[1],
    section: fields[2],
    gene: fields[3],
    nSpots,
    pcc,
    spearman,
    r2,
    mse,
    mae,
    truthMean,
    truthVar,
    predVar,
    undefined: reason === '' ? null : (reason as ScoreRow['undefined']),
  };
}

function numberOrNull(field: string): number | null {
  return field === '' ? null : Number(field);
}
