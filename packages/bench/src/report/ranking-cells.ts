import { groupBy } from '../collections/group-by.ts';
import { regimeLabel, type Cell } from '../plan/cell-id.ts';
import type { Plan } from '../plan/plan.ts';
import { controlCells } from './controls.ts';

/** The cells of one ranking. */
export interface RankingCells {
  readonly label: string;
  /** Those of the plan. */
  readonly selected: readonly Cell[];
  /** With the controls that belong beside them. */
  readonly all: readonly Cell[];
}

/** The rankings of a plan, in its order. */
export function rankingCells(plan: Plan): RankingCells[] {
  return [...groupBy(plan.cells, rankingLabel)].map(([label, selected]) => {
    return { label, selected, all: [...selected, ...controlCells(plan, selected)] };
  });
}

/** `her2st--patient-out--frozen`: the ranking that a cell is of; a control may stand in others too. */
export function rankingLabel(cell: Pick<Cell, 'dataset' | 'protocol' | 'regime' | 'encoder'>): string {
  return [cell.dataset, cell.protocol, regimeLabel(cell)].join('--');
}
