import { cellId, DEFAULT_ENCODER, type Cell } from '../plan/cell-id.ts';
import type { Plan } from '../plan/plan.ts';
import type { MethodEntry } from '../registry/methods.ts';

/** Controls without which no table is ranked (protocol, rule 8): between them they say what a score is worth. */
export const REQUIRED_CONTROLS = [
  'zeros',
  'training-mean',
  'noise',
  'position-only',
  'library-size',
  'nearest-neighbours',
  'ridge',
  'oracle',
] as const;

/**
 * The control cells that belong beside the given cells of one ranking and are not among them: a selection of methods does not
 * take their controls away. A control that trains no image encoder stands in its frozen form beside methods that do.
 */
export function controlCells(plan: Plan, cells: readonly Cell[]): Cell[] {
  const [{ dataset, protocol, regime, encoder }] = cells;
  const known = new Set(cells.map(({ id }) => id));
  const folds = distinct(cells.map(({ fold }) => fold));
  const place = regime === 'frozen' ? { regime, encoder } : { regime: 'frozen' as const, encoder: DEFAULT_ENCODER };
  return required(plan.methods).flatMap((method) =>
    folds.flatMap((fold) =>
      seedsFor(plan, method, cells)
        .map((seed) => ({ dataset, protocol, ...place, method: method.name, fold, seed }))
        .map((cell) => ({ ...cell, id: cellId(cell) }))
        .filter(({ id }) => !known.has(id)),
    ),
  );
}

function required(methods: readonly MethodEntry[]): MethodEntry[] {
  const names: readonly string[] = REQUIRED_CONTROLS;
  return methods.filter(({ kind, name }) => kind === 'control' && names.includes(name));
}

function seedsFor(plan: Plan, { seeded }: MethodEntry, cells: readonly Cell[]): readonly number[] {
  if (seeded) return distinct(cells.map(({ seed }) => seed));
  const { seeds } = plan.definitions.datasets[cells[0].dataset];
  return seeds.slice(0, 1);
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
