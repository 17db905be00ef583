import type { FeatureView } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { fitStandardiser, standardise, type Standardiser } from './standardiser.ts';
import { mapViews, type ViewTables } from './view-table.ts';

/** A shift and scale for every view: a tile, a token and a whole patch are distributed differently. */
export type ViewStandardisers = Readonly<Partial<Record<FeatureView, Standardiser>>>;

/** Fits each view over all tokens of the training spots. */
export function fitViewStandardisers(views: ViewTables): ViewStandardisers {
  return mapViews(views, ({ values, width }) => fitStandardiser(values, width));
}

/** The views with every feature shifted and scaled; as they are where nothing was fitted. @throws on another width. */
export function standardiseViews(views: ViewTables, standardisers: ViewStandardisers | undefined): ViewTables {
  if (standardisers === undefined) return views;
  return mapViews(views, (table, view) => ({
    ...table,
    values: standardise(table.values, standardisers[view]!, table.values.length / table.width),
  }));
}

/** Names of a view's shift and scale where they are saved. */
export const meanName = (view: string): string => `features/${view}/mean`;
export const stdName = (view: string): string => `features/${view}/std`;

/** As arrays to save beside the weights. [D] each */
export function standardiserArrays(standardisers: ViewStandardisers): HostArrays {
  return Object.fromEntries(
    Object.entries(standardisers as Record<string, Standardiser>).flatMap(([view, { mean, std }]) => [
      [meanName(view), { dtype: 'float32', shape: [mean.length], data: mean }],
      [stdName(view), { dtype: 'float32', shape: [std.length], data: std }],
    ]),
  );
}
