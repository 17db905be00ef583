import { featuresOf } from '../features/cell-features.ts';
import { featuresStep, type FeaturesPlace } from '../features/features-folder.ts';
import { findMethod, type MethodEntry } from '../registry/methods.ts';
import type { Cell } from './cell-id.ts';
import type { Plan } from './plan.ts';

/** What cells wait for: a data set read, its features in a view, its patches. `name` is that of the Nx target. */
export type Step =
  | { readonly kind: 'data' | 'patches'; readonly name: string; readonly dataset: string }
  | { readonly kind: 'features'; readonly name: string; readonly dataset: string; readonly place: FeaturesPlace };

export const dataStep = (dataset: string): string => `data--${dataset}`;
export const patchesStep = (dataset: string): string => `patches--${dataset}`;

/** Exactly the features that a data set's cells read, each once. */
export function featuresNeeded(plan: Pick<Plan, 'cells' | 'methods'>, dataset: string): FeaturesPlace[] {
  const cells = plan.cells.filter((cell) => cell.dataset === dataset);
  const places = cells.flatMap((cell) => featuresOf(cell, findMethod(plan.methods, cell.method)));
  return [...new Map(places.map((place) => [featuresStep(place), place])).values()];
}

/** Every step that cells of a plan wait for, those that others need first. */
export function stepsOfPlan(plan: Pick<Plan, 'cells' | 'methods'>): Step[] {
  const datasets = [...new Set(plan.cells.map(({ dataset }) => dataset))];
  return datasets.flatMap((dataset): Step[] => [
    { kind: 'data', name: dataStep(dataset), dataset },
    ...(plan.cells.some((cell) => cell.dataset === dataset && cell.regime === 'finetune')
      ? [{ kind: 'patches' as const, name: patchesStep(dataset), dataset }]
      : []),
    ...featuresNeeded(plan, dataset).map((place) => ({
      kind: 'features' as const,
      name: featuresStep(place),
      dataset,
      place,
    })),
  ]);
}

/** The names of the steps that a cell needs. */
export function stepsOfCell(cell: Cell, method: MethodEntry): string[] {
  const images = cell.regime === 'finetune' ? [patchesStep(cell.dataset)] : featuresOf(cell, method).map(featuresStep);
  return [dataStep(cell.dataset), ...images];
}

/** What runs a step on the command line, after `spotbench`. */
export function stepCommand(step: Step): string {
  if (step.kind !== 'features') return `${step.kind === 'data' ? 'data read' : 'patches'} ${step.dataset}`;
  const { dataset, encoder, view } = step.place;
  return `features ${dataset} --encoder ${encoder}${view === 'patch' ? '' : ` --view ${view}`}`;
}
