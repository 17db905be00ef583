import {
  checkSplitsAgainst,
  createImageCache,
  createPatchReader,
  createRandom,
  fitFoldPanels,
  fitTarget,
  SpotbenchError,
  type FeatureMatrix,
  type FeatureView,
  type Fold,
  type FoldPanels,
  type Slide,
  type TrainingData,
  type TrainingSlide,
  type ViewFeatures,
} from '@spotbench/core';
import { metaOf, readCounts, readGenes, readSplits, readSpots, type DataArtefact } from '../data/data-artefact.ts';
import { unionPanel } from '../data/union-panel.ts';
import { locateDataset, panelPath } from '../datasets/locate.ts';
import { geneListObstacle } from '../datasets/obstacle.ts';
import { splitNameOf } from '../datasets/split-name.ts';
import { checkedImage } from '../features/build-features.ts';
import { readFeatures, type FeaturesByView } from '../features/features-artefact.ts';
import { readProtocolPanel } from '../panels/protocol-panel.ts';
import type { CellContext } from '../plan/find-cell.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { truthOfFold } from './fold-truth.ts';
import { holdOutSpots, type HeldOutSpots } from './hold-out-spots.ts';
import type { ImageInputs } from './image-inputs.ts';
import type { FoldTruth } from './section-truth.ts';

/**
 * What a fold holds before anything is fitted. The expression of test sections has not been read, but for a paper protocol that
 * corrects all sections together.
 */
export interface FoldData extends FoldTruth {
  readonly fold: Fold;
  readonly splitHash: string;
  readonly panels: FoldPanels;
  /** What a method learns from. */
  readonly training: TrainingData;
  /** What it predicts: no expression in them. */
  readonly test: readonly Slide[];
}

/**
 * Loads a fold: panels and target fitted on its training and validation sections, training slides with expression, test
 * slides without. Of test sections only spots, features, image and gene names are read. Slides carry the views of the features
 * and no others, or the patch store where the method trains its own image encoder.
 */
export async function loadFold(
  workspace: Workspace,
  context: CellContext,
  data: DataArtefact,
  image: Pick<ImageInputs, 'features' | 'patchStore'>,
): Promise<FoldData> {
  const { cell, protocol } = context;
  checkRunnable(workspace, context);
  const splits = await readSplits(data, splitNameOf(context.dataset, cell.protocol, protocol));
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
  const panels = await fitPanels(workspace, context, data, fold, [...counts.values()]);
  const fitted = [...counts.values()].filter((s) => !s.isTest);
  const target = fitTarget(protocol.target, panels.all.genes, fitted);
  const known = new Map(fitted.map((section) => [section.id, section.counts]));
  const { truth, correction } = await truthOfFold(workspace, context, data, fold, target, known);
  const slide = slideReader(workspace, context, data, image);
  const withRole = (role: string): string[] => fold.sections.filter((s) => s.role === role).map((s) => s.section);
  const training = async (id: string): Promise<TrainingSlide> => ({
    ...(await slide(id)),
    expression: await truth(id),
  });
  return {
    fold,
    splitHash: splits.hash,
    panels,
    truth,
    correction,
    training: {
      genes: panels.all.genes,
      ...holdOut(context, {
        train: await oneByOne(withRole('train'), training),
        validation: await oneByOne(withRole('validation'), training),
      }),
    },
    test: await oneByOne(withRole('test'), slide),
  };
}

/** The fold's own validation sections, or spots of all of its sections where the protocol holds out spots. */
function holdOut({ cell, protocol: { validation } }: CellContext, sections: HeldOutSpots): HeldOutSpots {
  if (!validation) return sections;
  const random = createRandom(cell.seed, 'held-out-spots', cell.dataset, cell.protocol, cell.fold);
  return holdOutSpots([...sections.train, ...sections.validation], validation.share, random);
}

/** One after the other: reading a section's features takes their memory twice, and views with tokens are large. */
async function oneByOne<T>(sections: readonly string[], load: (section: string) => Promise<T>): Promise<T[]> {
  const loaded: T[] = [];
  for (const section of sections) loaded.push(await load(section));
  return loaded;
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

function checkRunnable(workspace: Workspace, { cell, dataset, protocol }: CellContext): void {
  const located = locateDataset(workspace, cell.dataset, dataset);
  const obstacle = geneListObstacle(located, cell.protocol, protocol);
  if (obstacle !== undefined)
    throw new SpotbenchError('bad-config', `protocol ${cell.protocol} cannot run: ${obstacle}`);
}

async function fitPanels(
  workspace: Workspace,
  { cell, dataset, protocol }: CellContext,
  data: DataArtefact,
  fold: Fold,
  sections: readonly { id: string; counts: ReturnType<typeof genesOnly> }[],
): Promise<FoldPanels> {
  const { predict, target } = protocol;
  const markers = protocol.sets.includes('marker') ? (dataset.markers ?? undefined) : undefined;
  if ('rule' in predict) {
    if (predict.rule === 'hvg-union')
      return fitFoldPanels(fold, sections, { target, markers, fixed: await unionPanel(data, predict) });
    return fitFoldPanels(fold, sections, { target, markers, allSize: predict.size });
  }
  const path = panelPath(locateDataset(workspace, cell.dataset, dataset), predict.file);
  const fixed = await readProtocolPanel(cell.protocol, predict, path, sections);
  return fitFoldPanels(fold, sections, { target, markers, fixed });
}

function slideReader(
  workspace: Workspace,
  { cell, dataset }: CellContext,
  data: DataArtefact,
  { features, patchStore }: Pick<ImageInputs, 'features' | 'patchStore'>,
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
      ...(await slideFeatures(features, id, spotCount)),
      patches: createPatchReader(image, spots),
      ...(patchStore && { patchStore }),
    };
  };
}

/** A section's views as a slide carries them: `patch` as `features`, the others as `views`. */
async function slideFeatures(
  features: FeaturesByView,
  section: string,
  spotCount: number,
): Promise<Pick<Slide, 'features' | 'views'>> {
  const views: Partial<Record<FeatureView, ViewFeatures>> = {};
  let patch: FeatureMatrix | undefined;
  for (const [view, artefact] of features) {
    const found = await readFeatures(artefact, section, spotCount);
    if (view === 'patch') patch = { encoder: artefact.meta.encoder, names: artefact.meta.names, values: found.values };
    else views[view] = found;
  }
  return { ...(patch && { features: patch }), ...(Object.keys(views).length > 0 && { views }) };
}
