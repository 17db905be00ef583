import {
  checkSplitsAgainst,
  createImageCache,
  createPatchReader,
  fitFoldPanels,
  fitTarget,
  hashFile,
  readFixedPanel,
  SpotbenchError,
  type Fold,
  type FittedTarget,
  type FoldPanels,
  type Slide,
  type TrainingData,
  type TrainingSlide,
} from '@spotbench/core';
import { metaOf, readCounts, readGenes, readSplits, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { locateDataset, panelPath } from '../datasets/locate.ts';
import { checkedImage } from '../features/build-features.ts';
import { readFeatures, type FeaturesArtefact } from '../features/features-artefact.ts';
import type { CellContext } from '../plan/find-cell.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What a fold holds before anything is fitted. The expression of test sections has not been read. */
export interface FoldData {
  readonly fold: Fold;
  readonly splitHash: string;
  readonly panels: FoldPanels;
  readonly target: FittedTarget;
  /** What a method learns from. */
  readonly training: TrainingData;
  /** What it predicts: no expression in them. */
  readonly test: readonly Slide[];
}

/**
 * Loads a fold: panels and target fitted on its training and validation sections, training slides with expression, test
 * slides without. Of test sections only spots, features, image and gene names are read.
 */
export async function loadFold(
  workspace: Workspace,
  context: CellContext,
  data: DataArtefact,
  features: FeaturesArtefact,
): Promise<FoldData> {
  const { cell, protocol } = context;
  const splits = await readSplits(data, protocol.split);
  checkSplitsAgainst(
    splits,
    data.meta.sections.map(({ id, patient, spotCount }) => ({ section: id, patient, spotCount })),
  );
  const fold = splits.folds.find((f) => f.index === cell.fold);
  if (!fold)
    throw new SpotbenchError(
      'unknown-name',
      `unknown fold ${cell.fold}; ${cell.dataset}/${cell.protocol} has folds 0 to ${splits.folds.length - 1}`,
    );
  const counts = new Map(
    await Promise.all(
      fold.sections.map(async ({ section, role }) => {
        const matrix = role === 'test' ? genesOnly(await readGenes(data, section)) : await readCounts(data, section);
        return [section, { id: section, counts: matrix, isTest: role === 'test' }] as const;
      }),
    ),
  );
  const panels = await fitPanels(workspace, context, fold, [...counts.values()]);
  const fitted = [...counts.values()].filter((s) => !s.isTest);
  const target = fitTarget(protocol.target, panels.all.genes, fitted);
  const slide = slideReader(workspace, context, data, features);
  const withRole = (role: string): string[] => fold.sections.filter((s) => s.role === role).map((s) => s.section);
  const training = async (id: string): Promise<TrainingSlide> => ({
    ...(await slide(id)),
    expression: target.apply(counts.get(id)!.counts),
  });
  return {
    fold,
    splitHash: splits.hash,
    panels,
    target,
    training: {
      genes: panels.all.genes,
      train: await Promise.all(withRole('train').map(training)),
      validation: await Promise.all(withRole('validation').map(training)),
    },
    test: await Promise.all(withRole('test').map(slide)),
  };
}

/** A count matrix that names its genes and holds no counts. */
function genesOnly(genes: readonly string[]): {
  genes: readonly string[];
  indptr: Uint32Array;
  indices: Uint32Array;
  values: Float32Array;
} {
  return { genes, indptr: new Uint32Array(1), indices: new Uint32Array(0), values: new Float32Array(0) };
}

async function fitPanels(
  workspace: Workspace,
  { cell, dataset, protocol }: CellContext,
  fold: Fold,
  sections: readonly { id: string; counts: ReturnType<typeof genesOnly> }[],
): Promise<FoldPanels> {
  const { predict, target } = protocol;
  const markers = protocol.sets.includes('marker') ? dataset.markers : undefined;
  if ('rule' in predict) return fitFoldPanels(fold, sections, { target, markers, allSize: predict.size });
  const path = panelPath(locateDataset(workspace, cell.dataset, dataset), predict.file);
  const fixed = await readFixedPanel(path, predict.source, sections);
  const found = await hashFile(path);
  if (found !== predict.sha256) {
    const what = `SHA-256 ${found.slice(0, 12)}..., datasets.json has ${predict.sha256.slice(0, 12)}...`;
    throw new SpotbenchError(
      'bad-data',
      `${path}: another gene list than protocol ${cell.protocol} is defined on (${what})`,
    );
  }
  return fitFoldPanels(fold, sections, { target, markers, fixed });
}

function slideReader(
  workspace: Workspace,
  { cell, dataset }: CellContext,
  data: DataArtefact,
  features: FeaturesArtefact,
): (id: string) => Promise<Slide> {
  const images = createImageCache();
  const { root } = locateDataset(workspace, cell.dataset, dataset);
  return async (id) => {
    const { patient, spotCount } = metaOf(data, id);
    const spots = await readSpots(data, id);
    const image = async (): ReturnType<typeof images.get> => images.get(await checkedImage(data, id, root));
    return {
      id,
      patient,
      spots,
      features: await readFeatures(features, id, spotCount),
      patches: createPatchReader(image, spots),
    };
  };
}
