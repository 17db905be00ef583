import { stringify } from 'csv-stringify/sync';
import type { Cell } from '../plan/cell-id.ts';
import type { Plan } from '../plan/plan.ts';
import type { CellState } from '../results/cell-state.ts';

const COLUMNS = [
  'cell',
  'status',
  'fitMs',
  'predictMs',
  'scoreMs',
  'peakMemoryMb',
  'params',
  'engine',
  'device',
  'startedAt',
];

/** costs.csv: time and memory of every cell. Kept out of the leaderboard, which must not change when a run is repeated. */
export async function costsCsv(plan: Plan, look: (cell: Cell) => Promise<CellState>): Promise<string> {
  const states = await Promise.all(plan.cells.map(look));
  const records = states.map((state) => {
    if (!('record' in state)) return { cell: state.cell.id, status: state.kind };
    const { status, durationsMs, peakMemoryMb, params, engine, device, startedAt } = state.record;
    return {
      cell: state.cell.id,
      status,
      fitMs: durationsMs.fit,
      predictMs: durationsMs.predict,
      scoreMs: durationsMs.score,
      peakMemoryMb,
      params,
      engine,
      device,
      startedAt,
    };
  });
  return stringify(records, { header: true, columns: COLUMNS });
}
