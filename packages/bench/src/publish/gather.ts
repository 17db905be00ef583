import { SpotbenchError } from '@spotbench/core';
import { regimeLabel, type Cell } from '../plan/cell-id.ts';
import type { Plan } from '../plan/plan.ts';
import { findMethod } from '../registry/methods.ts';
import { countsOf } from '../report/build-board.ts';
import { rankingCells, type RankingCells } from '../report/ranking-cells.ts';
import { byFold } from '../rescore/rescore.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { RankingInfo, RunToPublish } from './published-ranking.ts';
import { disagreements } from './same-exam.ts';
import type { VerifiedCell } from './verify-cell.ts';

/** The rankings of a plan, cells fold by fold. */
export function rankingsOf(plan: Plan): RankingCells[] {
  return rankingCells(plan).map((ranking) => ({ ...ranking, all: byFold(ranking.all) }));
}

/** The runs of one ranking, or everything that stands in the way of publishing it. */
export async function gatherRanking(
  { label, all }: RankingCells,
  verify: (cell: Cell) => Promise<VerifiedCell>,
  { withFailures, onCell }: { readonly withFailures: boolean; readonly onCell: (cell: Cell) => void },
): Promise<{ runs: RunToPublish[]; problems: string[] }> {
  const runs: RunToPublish[] = [];
  const problems: string[] = [];
  for (const cell of all) {
    onCell(cell);
    const verified = await verify(cell);
    if ('problems' in verified) problems.push(...verified.problems.map((problem) => `${cell.id}: ${problem}`));
    else runs.push(verified.run);
  }
  if (!withFailures) problems.push(...failuresOf(runs));
  problems.push(...disagreements(runs.map(({ record }) => record)).map((problem) => `${label}, ${problem}`));
  return { runs, problems };
}

function failuresOf(runs: readonly RunToPublish[]): string[] {
  return runs
    .filter(({ record }) => record.status !== 'ok')
    .map(
      ({ record }) =>
        `${record.cellId}: ${record.status}: ${record.reason ?? 'no reason'}; run it again, or add --with-failures to publish its method without a number and with this reason`,
    );
}

/** What a table needs of a ranking beside its records. */
export async function infoOf(workspace: Workspace, plan: Plan, { selected, all }: RankingCells): Promise<RankingInfo> {
  const [first] = selected;
  const { dataset, protocol } = first;
  const { id, entry } = plan.datasets.find((d) => d.id === dataset)!;
  const names = [...new Set(all.map(({ method }) => method))].sort();
  return {
    schemaVersion: 1,
    dataset: { id, title: entry.title, seeds: [...entry.seeds], ...(await countsOf(workspace, { id, entry })) },
    protocol: { id: protocol, definition: plan.definitions.protocols[protocol] },
    regime: regimeLabel(first),
    methods: names
      .map((name) => findMethod(plan.methods, name))
      .map(({ name, kind, seeded }) => ({ name, kind, seeded })),
    cells: selected.map((cell) => cell.id),
  };
}

const SHOWN = 20;

/** @throws SpotbenchError `bad-data` naming what stands in the way, if anything does. */
export function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  throw new SpotbenchError(
    'bad-data',
    `not published, results are as they were; ${problems.length} ${problems.length === 1 ? 'thing stands' : 'things stand'} in the way:\n${[...problems.slice(0, SHOWN), ...more].map((line) => `  ${line}`).join('\n')}`,
  );
}
