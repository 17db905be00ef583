import { join } from 'node:path';
import type { FeatureView } from '@spotbench/core';
import type { Workspace } from '../workspace/workspace.ts';

/** What features are of: a data set's images, under an encoder, in one view. */
export interface FeaturesPlace {
  readonly dataset: string;
  readonly encoder: string;
  readonly view: FeatureView;
}

/** `handcrafted` for the view `patch`, `handcrafted--tiles` for another. */
function encoderAndView({ encoder, view }: FeaturesPlace): string {
  return view === 'patch' ? encoder : `${encoder}--${view}`;
}

/** Where features lie, e.g. `.spotbench/features/her2st/handcrafted--tiles`. */
export function featuresFolder(workspace: Workspace, place: FeaturesPlace): string {
  return join(workspace.store, 'features', place.dataset, encoderAndView(place));
}

/** The step, and Nx target, that makes them, e.g. `features--her2st--handcrafted--tiles`. */
export function featuresStep(place: FeaturesPlace): string {
  return `features--${place.dataset}--${encoderAndView(place)}`;
}
