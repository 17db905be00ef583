import { readArtefactFile, SpotbenchError, type ArtefactManifest } from '@spotbench/core';
import { panelsHash } from '../cell/gene-sets.ts';
import { readPredictions, type SectionPrediction } from '../cell/predictions.ts';
import { scoreFiles, type ScoreFiles } from '../cell/score-files.ts';
import { scoreFold } from '../cell/score-fold.ts';
import { short } from '../report/format.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { firstDifference, type LineDifference } from './first-difference.ts';
import type { OpenFold } from './open-folds.ts';

/** A finished cell in the store. */
export interface StoredRun {
  readonly record: RunRecord;
  readonly manifest: ArtefactManifest;
}

/**
 * Scores a cell's stored predictions again, as `runCell` did after it predicted: no method's code runs.
 * @throws SpotbenchError `bad-data` when data, split or panels are not those the record names, or the spots or genes predicted
 * are not those of the fold; `damaged-artefact` when a stored file does not match its checksum.
 */
export async function rescoreCell(
  workspace: Workspace,
  { record, manifest }: StoredRun,
  open: OpenFold,
): Promise<ScoreFiles> {
  checkSameFold(record, open);
  const predictions = await readPredictions(runFolder(workspace, record.cellId), manifest);
  checkComplete(record.cellId, predictions, open);
  const { cell, protocol } = open.context;
  return scoreFiles(cell, protocol, open.fold, await scoreFold(open.fold, predictions));
}

/** @throws SpotbenchError `bad-data` when a run's data, split or panels are not those of the fold that is opened here. */
export function checkSameFold(
  { cellId, datasetHash, splitHash, panelHash }: RunRecord,
  { data, fold }: OpenFold,
): void {
  const now = { data: data.manifest.hash, split: fold.splitHash, 'gene panels': panelsHash(fold.panels) };
  const recorded = { data: datasetHash, split: splitHash, 'gene panels': panelHash };
  for (const what of Object.keys(now) as (keyof typeof now)[]) {
    if (now[what] === recorded[what]) continue;
    throw new SpotbenchError(
      'bad-data',
      `${cellId}: its ${what} had hash ${short(recorded[what])}, here it is ${short(now[what])}; scores of one are not those of the other: run the cell again`,
    );
  }
}

/** The lists of spots and genes belong to the fold: what is missing or more is refused, never trimmed. */
function checkComplete(cellId: string, predictions: readonly SectionPrediction[], { fold }: OpenFold): void {
  const fail = (where: string, what: string): never => {
    throw new SpotbenchError('bad-prediction', `${cellId}, ${where}: ${what}; run the cell again`);
  };
  const found = predictions.map(({ section }) => section).sort();
  const needed = fold.test.map(({ id }) => id).sort();
  if (found.join() !== needed.join())
    fail('predictions', `needed sections ${needed.join(', ')}, found ${found.join(', ') || 'none'}`);
  for (const { section, spotIds, genes } of predictions) {
    const slide = fold.test.find(({ id }) => id === section)!;
    if (spotIds.join('\0') !== slide.spots.ids.join('\0'))
      fail(`section ${section}`, `the ${spotIds.length} spots predicted are not its ${slide.spots.ids.length} spots`);
    if (genes.join('\0') !== fold.panels.all.genes.join('\0'))
      fail(
        `section ${section}`,
        `the ${genes.length} genes predicted are not the fold's ${fold.panels.all.genes.length}`,
      );
  }
}

/** A file of scores that is not what its predictions give: its first line that differs, as stored and as scored again. */
export interface ScoreDifference extends LineDifference {
  readonly file: keyof ScoreFiles;
}

/** Where stored score files differ from those made again; empty when every byte is equal. */
export async function differencesFrom(
  workspace: Workspace,
  { record, manifest }: StoredRun,
  rescored: ScoreFiles,
): Promise<ScoreDifference[]> {
  const differences: ScoreDifference[] = [];
  for (const [name, text] of Object.entries(rescored) as [keyof ScoreFiles, string][]) {
    const stored = (await readArtefactFile(runFolder(workspace, record.cellId), manifest, name)).toString('utf8');
    if (stored !== text) differences.push({ file: name, ...firstDifference(stored, text) });
  }
  return differences;
}
