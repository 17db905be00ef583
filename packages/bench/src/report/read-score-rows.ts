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

function plainRow(fields: readonly string[]): ScoreRow | undefined {
  const [runId, patient, section, gene, spots, ...rest] = fields;
  if (fields.length !== 14) return undefined;
  const nSpots = Number(spots);
  const reason = rest[8];
  const numbers = rest.slice(0, 8).map((field) => (field === '' ? null : Number(field)));
  if (spots === '' || !Number.isInteger(nSpots) || numbers.some(Number.isNaN)) return undefined;
  if (reason !== '' && !REASONS.includes(reason)) return undefined;
  const [pcc, spearman, r2, mse, mae, truthMean, truthVar, predVar] = numbers;
  const undefinedBecause = reason === '' ? null : (reason as ScoreRow['undefined']);
  const scores = { pcc, spearman, r2, mse, mae, truthMean, truthVar, predVar, undefined: undefinedBecause };
  return { runId, patient, section, gene, nSpots, ...scores };
}
