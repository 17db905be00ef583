import { join } from 'node:path';
import {
  bytesOf,
  float32From,
  harmonyTransform,
  hashValue,
  isSpotbenchError,
  readArtefactFile,
  SpotbenchError,
  verifyArtefact,
  writeArtefact,
  type ArtefactManifest,
  type FittedTarget,
  type Fold,
} from '@spotbench/core';
import type { DataArtefact } from '../data/data-artefact.ts';
import type { CellContext } from '../plan/find-cell.ts';
import { codeHash } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { correctionSchema, type Correction, type FoldTruth, type SectionTruth } from './section-truth.ts';

/** `kind` of the corrected expression of a data set's sections. */
export const CORRECTED_KIND = 'spotbench-corrected';
/** harmonypy's default; no cell's seed, for the truth is the same in every cell of a ranking. */
const HARMONY_SEED = 0;
/** Source that decides a corrected value, the reading of the data apart. */
const CORRECTION_CODE = ['counts', 'expression', 'random', 'transforms'].map((folder) => `packages/core/src/${folder}`);

interface FoldTarget {
  readonly fold: Fold;
  readonly target: FittedTarget;
  readonly plain: SectionTruth;
}

/**
 * Expression of a fold's sections after the correction that its paper protocol declares, over all of them at once. It is
 * computed once per data set and gene list and kept in the store: on the liver set it takes minutes, and every cell needs it.
 * @throws SpotbenchError `bad-config` unless the protocol is of tier `paper`.
 */
export async function correctedTruth(
  workspace: Workspace,
  { cell, protocol }: CellContext,
  data: DataArtefact,
  { fold, target, plain }: FoldTarget,
): Promise<FoldTruth> {
  const sections = inOrderOf(data, fold);
  const identity = {
    data: data.manifest.hash,
    transform: protocol.transform,
    target: target.name,
    genes: target.genes,
    sections,
    seed: HARMONY_SEED,
    code: codeHash(workspace, CORRECTION_CODE),
  };
  const folder = join(workspace.store, 'corrected', `${cell.dataset}--${hashValue(identity).slice(0, 16)}`);
  const use = { protocol: cell.protocol, tier: protocol.tier };
  const manifest = (await intact(folder)) ?? (await correct(folder, sections, plain, use));
  const truth: SectionTruth = async (section) => {
    const bytes = await readArtefactFile(folder, manifest, fileOf(section));
    return { ...(await plain(section)), values: float32From(bytes, `${folder}/${fileOf(section)}`) };
  };
  return { truth, correction: correctionSchema.parse(manifest.meta) };
}

/** All sections of the fold in the order of the data set, so that every fold of the same sections has the same truth. */
function inOrderOf(data: DataArtefact, fold: Fold): string[] {
  const used = new Set(fold.sections.map(({ section }) => section));
  return data.meta.sections.map(({ id }) => id).filter((id) => used.has(id));
}

function fileOf(section: string): string {
  return `${section}.f32`;
}

async function intact(folder: string): Promise<ArtefactManifest | undefined> {
  try {
    return await verifyArtefact(folder, CORRECTED_KIND);
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'damaged-artefact')) return undefined;
    throw error;
  }
}

async function correct(
  folder: string,
  sections: readonly string[],
  plain: SectionTruth,
  use: { readonly protocol: string; readonly tier: string },
): Promise<ArtefactManifest> {
  const measured: { id: string; expression: Awaited<ReturnType<SectionTruth>> }[] = [];
  for (const id of sections) {
    const expression = await plain(id);
    if (expression.absentGenes.length > 0)
      throw new SpotbenchError(
        'bad-data',
        `protocol ${use.protocol}: section ${id} did not measure ${expression.absentGenes.slice(0, 3).join(', ')} ` +
          `(${expression.absentGenes.length} genes); harmony would take them for 0, use genes that all sections have`,
      );
    measured.push({ id, expression });
  }
  const { values, fittedOn, converged, objective } = harmonyTransform({ seed: HARMONY_SEED }).correctAll(measured, use);
  const meta: Correction = {
    name: 'harmony',
    transductive: true,
    fittedOn: [...fittedOn],
    converged,
    objective: [...objective],
  };
  const files = Object.fromEntries(sections.map((id, s) => [fileOf(id), bytesOf(values[s])]));
  return writeArtefact(folder, CORRECTED_KIND, meta, files);
}
