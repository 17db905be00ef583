import type { CountMatrix, Fold, FittedTarget } from '@spotbench/core';
import { readCounts, type DataArtefact } from '../data/data-artefact.ts';
import type { CellContext } from '../plan/find-cell.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { correctedTruth } from './corrected-truth.ts';
import type { FoldTruth, SectionTruth } from './section-truth.ts';

/**
 * The truth of a fold: each section's counts through the target, alone, so that nothing is read before a section is asked for;
 * `known` counts, those of training and validation sections, are not read again.
 * Under a paper protocol that corrects expression over all sections together it is the corrected expression; the counts of test
 * sections are read here then, which is what the protocol's note says of it.
 */
export async function truthOfFold(
  workspace: Workspace,
  context: CellContext,
  data: DataArtefact,
  fold: Fold,
  target: FittedTarget,
  known: ReadonlyMap<string, CountMatrix>,
): Promise<FoldTruth> {
  const plain: SectionTruth = async (section) => target.apply(known.get(section) ?? (await readCounts(data, section)));
  if (!context.protocol.transform) return { truth: plain };
  return correctedTruth(workspace, context, data, { fold, target, plain });
}
