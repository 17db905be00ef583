import type { FeatureView } from '@spotbench/core';
import type { Cell } from '../plan/cell-id.ts';
import type { MethodEntry } from '../registry/methods.ts';
import type { FeaturesPlace } from './features-folder.ts';

/** The views of the frozen features that a cell reads: those of its method, and none where it trains on the images. */
export function viewsOf(
  { regime }: Pick<Cell, 'regime'>,
  { views }: Pick<MethodEntry, 'views'>,
): readonly FeatureView[] {
  return regime === 'frozen' ? views : [];
}

/** The features that a cell reads, one place for each view. */
export function featuresOf(cell: Cell, method: Pick<MethodEntry, 'views'>): FeaturesPlace[] {
  return viewsOf(cell, method).map((view) => ({ dataset: cell.dataset, encoder: cell.encoder, view }));
}
