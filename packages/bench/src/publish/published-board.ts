import { SpotbenchError } from '@spotbench/core';
import type { Datasets } from '../datasets/schema.ts';
import type { Cell } from '../plan/cell-id.ts';
import type { Plan, PlannedDataset } from '../plan/plan.ts';
import type { MethodEntry } from '../registry/methods.ts';
import { boardSchema, type Board } from '../report/board-schema.ts';
import { buildBoard } from '../report/build-board.ts';
import type { CellState } from '../results/cell-state.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { publishedCell, type PublishedRanking, type RankingInfo } from './published-ranking.ts';

const NOTICE =
  'Published: every number is of a run at a commit of this repository, without changes, and was scored again from its stored predictions. ' +
  'Scores of single genes are kept to four significant digits; tables are computed from those.';

/** The leaderboard of published rankings, from what is committed alone: no data, no predictions, no store. */
export async function publishedBoard(workspace: Workspace, rankings: readonly PublishedRanking[]): Promise<Board> {
  const byCell = rankingOfCell(rankings);
  const datasets = datasetsOf(rankings);
  const board = await buildBoard(workspace, publishedPlan(rankings), {
    tier: 'published',
    notice: NOTICE,
    states: statesOf(rankings),
    counts: (dataset) => {
      const { sections, patients, spots } = datasets.get(dataset)!;
      return { sections, patients, spots };
    },
    read: ({ cell, record }) => Promise.resolve(publishedCell(byCell.get(cell.id)!, record)),
  });
  return boardSchema.parse(board);
}

/**
 * Where each cell is published. A control may stand in two rankings: frozen ones also beside methods that train their encoder.
 * @throws SpotbenchError `bad-data` when it does with two records.
 */
function rankingOfCell(rankings: readonly PublishedRanking[]): Map<string, PublishedRanking> {
  const found = new Map<string, { ranking: PublishedRanking; hash: string }>();
  for (const ranking of rankings) {
    for (const { record, manifest } of ranking.runs) {
      const known = found.get(record.cellId);
      if (known !== undefined && known.hash !== manifest.hash)
        throw new SpotbenchError(
          'bad-data',
          `${record.cellId}: rankings ${known.ranking.label} and ${ranking.label} hold other records of it; publish both again`,
        );
      found.set(record.cellId, { ranking, hash: manifest.hash });
    }
  }
  return new Map([...found].map(([cell, { ranking }]) => [cell, ranking]));
}

/** @throws SpotbenchError `bad-data` when one data set stands in two rankings with another content. */
function datasetsOf(rankings: readonly PublishedRanking[]): Map<string, RankingInfo['dataset']> {
  const found = new Map<string, { ranking: PublishedRanking; identity: string }>();
  for (const ranking of rankings) {
    const { dataset } = ranking.info;
    const identity = JSON.stringify([dataset, hashOf(ranking)]);
    const known = found.get(dataset.id);
    if (known !== undefined && known.identity !== identity)
      throw new SpotbenchError(
        'bad-data',
        `rankings ${known.ranking.label} and ${ranking.label} are of other contents of data set ${dataset.id}; publish both again, or remove one from results/runs`,
      );
    found.set(dataset.id, { ranking, identity });
  }
  return new Map([...found].map(([id, { ranking }]) => [id, ranking.info.dataset]));
}

function hashOf({ runs }: PublishedRanking): string | undefined {
  return runs.map(({ record }) => record.datasetHash).find((hash) => hash !== null) ?? undefined;
}

/** A plan that says of published rankings what tables ask of one; nothing in it can be run. */
function publishedPlan(rankings: readonly PublishedRanking[]): Plan {
  const datasets = new Map(rankings.map(({ info }) => [info.dataset.id, info.dataset]));
  const entries = [...datasets.values()].map((dataset) => [dataset.id, entryOf(dataset)] as const);
  const methods = new Map(rankings.flatMap(({ info }) => info.methods.map((method) => [method.name, method] as const)));
  const protocols = rankings.map(({ info }) => [info.protocol.id, info.protocol.definition] as const);
  return {
    definitions: {
      schemaVersion: 1,
      protocols: Object.fromEntries(protocols) as unknown as Datasets['protocols'],
      datasets: Object.fromEntries(entries),
    },
    datasets: entries.map(([id, entry]): PlannedDataset => {
      return { id, entry, located: { id, root: '', present: [], missing: [] }, presence: 'ready', active: true };
    }),
    methods: [...methods.values()].map(methodEntry),
    cells: rankings.flatMap(({ info, runs }) => {
      const byId = new Map(runs.map(({ record }) => [record.cellId, record]));
      return info.cells.map((id) => cellOf(byId.get(id)!));
    }),
    skipped: [],
  };
}

/** What tables ask of a data set; published data is never synthetic. */
function entryOf({ title, seeds }: RankingInfo['dataset']): PlannedDataset['entry'] {
  return { title, seeds, synthetic: false, sections: [] } as unknown as PlannedDataset['entry'];
}

function methodEntry({ name, kind, seeded }: RankingInfo['methods'][number]): MethodEntry {
  const unknown = {
    packageRoot: '',
    entry: '',
    alone: true,
    views: [],
    finetune: undefined,
    workspaceDependencies: [],
  };
  return { name, kind, seeded, ...unknown };
}

/** The cell that a record is of. */
export function cellOf(record: RunRecord): Cell {
  const { cellId: id, datasetId, protocolId, regime, encoder, methodId, fold, seed } = record;
  return { id, dataset: datasetId, protocol: protocolId, regime, encoder, method: methodId, fold, seed };
}

function statesOf(rankings: readonly PublishedRanking[]): CellState[] {
  return rankings.flatMap(({ runs }) =>
    runs.map(({ record, manifest }): CellState => {
      const cell = cellOf(record);
      if (record.status === 'ok') return { kind: 'ok', cell, record, manifest, reason: '' };
      return { kind: 'failed', cell, record, reason: record.reason ?? record.status };
    }),
  );
}
