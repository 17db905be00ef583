import { hashValue, isSpotbenchError } from '@spotbench/core';
import { groupBy } from '../collections/group-by.ts';
import { openData } from '../data/data-artefact.ts';
import { howToGet } from '../datasets/how-to-get.ts';
import { hashOfViews } from '../features/features-artefact.ts';
import { DEFAULT_ENCODER, regimeLabel, SCRATCH, type Cell } from '../plan/cell-id.ts';
import type { Plan, PlannedDataset } from '../plan/plan.ts';
import { findMethod } from '../registry/methods.ts';
import { stateReader, type CellState } from '../results/cell-state.ts';
import { similarityReader } from '../similarity/similarity-store.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Board, Ranking } from './board-schema.ts';
import type { Rank } from './kept-standings.ts';
import { rankedSet } from './ranked-set.ts';
import { rankingCells, rankingLabel } from './ranking-cells.ts';
import { rankMethods, type MethodCells } from './ranking.ts';
import { readFinished, type FinishedCell } from './read-runs.ts';

type Read = (state: Extract<CellState, { kind: 'ok' }>) => Promise<FinishedCell>;

/** What a ranking rests on. */
export type DatasetCounts = Pick<Ranking, 'sections' | 'patients' | 'spots'>;

/** Where a board takes its cells from, and what it is called. */
export interface BoardOptions {
  /** Every cell it may show, control cells included; those of the workspace's store where absent. */
  readonly states?: readonly CellState[];
  /** Scores, and similarities if they are to be shown, of a finished cell; from the workspace's store where absent. */
  readonly read?: Read;
  /** Sections, patients and spots of a data set; counted in the workspace's store where absent. */
  readonly counts?: (dataset: string) => DatasetCounts;
  /** How the store is looked at, where `states` is absent. */
  readonly look?: (cell: Cell) => Promise<CellState>;
  /** How methods are ranked: computed anew where absent. */
  readonly rank?: Rank;
  /** `local` where absent. */
  readonly tier?: Board['tier'];
  /** What stands above the tables; what suits local results where absent. */
  readonly notice?: string;
}

const rankAnew: Rank = (_, methods, sets, how) => rankMethods(methods, sets, how);

/**
 * Builds the leaderboard of a plan from the records of its cells; a cell without scores is a row with its reason. Controls
 * that the plan leaves out are looked up all the same: nothing is ranked without them.
 */
export async function buildBoard(workspace: Workspace, plan: Plan, options: BoardOptions = {}): Promise<Board> {
  const { tier = 'local', counts, rank = rankAnew } = options;
  const read = options.read ?? storeReader(workspace);
  const stateOf = stateOfCell(workspace, plan, options);
  const rankings: Ranking[] = [];
  for (const { all } of rankingCells(plan)) {
    const states = await Promise.all(all.map(stateOf));
    rankings.push(await buildRanking(workspace, plan, states, { read, counts, rank }));
  }
  return {
    schemaVersion: 1,
    tier,
    notice: options.notice ?? noticeOf(rankings),
    rankings,
    gaps: gapsOf(rankings),
    notRun: notRunOf(plan),
  };
}

/** The state of a cell: as handed in, else as the store has it. */
function stateOfCell(
  workspace: Workspace,
  plan: Plan,
  { states, look = stateReader(workspace, plan) }: Pick<BoardOptions, 'states' | 'look'>,
): (cell: Cell) => Promise<CellState> {
  if (states === undefined) return look;
  const byId = new Map(states.map((state) => [state.cell.id, state]));
  return (cell) => Promise.resolve(byId.get(cell.id) ?? { kind: 'missing', cell, reason: 'not run' });
}

function noticeOf(rankings: readonly Ranking[]): string {
  const synthetic = [...new Set(rankings.filter((r) => r.synthetic).map((r) => r.dataset))];
  return synthetic.length > 0
    ? `SYNTHETIC DATA (${synthetic.join(', ')}): made on this machine to show that the benchmark runs. Its numbers say nothing about any method.`
    : 'Run on this machine; not published.';
}

/** The options that select a regime and encoder; none for the default. */
function variantOptions({ regime, encoder }: Pick<Cell, 'regime' | 'encoder'>): string {
  if (regime === 'finetune') return ` --regime finetune${encoder === SCRATCH ? ' --from-scratch' : ''}`;
  return encoder === DEFAULT_ENCODER ? '' : ` --encoder ${encoder}`;
}

/** Finished cells by id, read fold by fold: what one cell opens the next one of its fold uses. */
async function readByFold(states: readonly CellState[], read: Read): Promise<Map<string, FinishedCell>> {
  const finished = new Map<string, FinishedCell>();
  const ordered = [...states].sort((a, b) => a.cell.fold - b.cell.fold);
  for (const state of ordered) if (state.kind === 'ok') finished.set(state.cell.id, await read(state));
  return finished;
}

/** Reads cells of the workspace's store, with the similarities of their predictions, one after the other. */
export function storeReader(workspace: Workspace): Read {
  const similarities = similarityReader(workspace);
  return async (state) => {
    const finished = await readFinished(workspace, state);
    const genes = Object.entries(finished.sets).map(([section, sets]) => [section, rankedGenes(sets)] as const);
    return { ...finished, similarities: await similarities({ state, genes: Object.fromEntries(genes) }) };
  };
}

/** Genes of the set that tables rank by. */
function rankedGenes(sets: FinishedCell['sets'][string]): readonly string[] {
  return (sets as Record<string, readonly string[]>)[rankedSet(Object.keys(sets))] ?? [];
}

async function buildRanking(
  workspace: Workspace,
  plan: Plan,
  states: readonly CellState[],
  { read, counts, rank }: Pick<BoardOptions, 'counts'> & Required<Pick<BoardOptions, 'read' | 'rank'>>,
): Promise<Ranking> {
  const { dataset, protocol, regime, encoder } = states[0].cell;
  const planned = plan.datasets.find((d) => d.id === dataset)!;
  const definition = plan.definitions.protocols[protocol];
  const cells = await readByFold(states, read);
  const methods: MethodCells[] = [];
  for (const [method, own] of groupBy(states, (s) => s.cell.method)) {
    const found = own.flatMap(({ cell }) => cells.get(cell.id) ?? []);
    const finished = found.length === own.length ? found : undefined;
    methods.push({ method, kind: findMethod(plan.methods, method).kind, states: own, finished });
  }
  const scored = definition.sets.filter((set) =>
    methods.some((m) => m.finished?.some((c) => Object.values(c.sets).some((s) => set in s))),
  );
  const sets = scored.length > 0 ? scored : definition.sets;
  const command = (method: string): string => {
    const own = states.find((state) => state.cell.method === method)?.cell ?? { regime, encoder };
    return `npx spotbench run --dataset ${dataset} --protocol ${protocol} --method ${method}${variantOptions(own)}`;
  };
  const label = rankingLabel(states[0].cell);
  const { rows, ...standings } = await rank(label, methods, sets, {
    commandFor: command,
    averaging: definition.averaging,
  });
  const own = states.filter(({ cell }) => regimeLabel(cell) === regimeLabel({ regime, encoder }));
  const records = own.flatMap((s) => ('record' in s ? [s.record] : []));
  const first = <T>(of: (r: (typeof records)[number]) => T | null): T | null =>
    records.map(of).find((v) => v !== null) ?? null;
  return {
    dataset,
    datasetTitle: planned.entry.title,
    synthetic: planned.entry.synthetic,
    ...(counts?.(dataset) ?? (await countsOf(workspace, planned))),
    protocol,
    protocolTitle: definition.title,
    tier: definition.tier,
    protocolNote: definition.note,
    regime: regimeLabel({ regime, encoder }),
    rankedBy: `PCC on ${rankedSet(sets)}`,
    ...standings,
    hashes: {
      dataset: first((r) => r.datasetHash),
      protocol: hashValue(definition),
      split: first((r) => r.splitHash),
      features: hashOfViews(Object.assign({}, ...records.map((r) => r.featureHashes)) as Record<string, string>),
    },
    sets,
    rows,
  };
}

/** What is stored of a data set here; nothing where it was not read yet. */
export async function countsOf(
  workspace: Workspace,
  { id, entry }: Pick<PlannedDataset, 'id' | 'entry'>,
): Promise<DatasetCounts> {
  try {
    const { sections } = (await openData(workspace, id)).meta;
    return {
      sections: { used: sections.length, defined: entry.sections.length },
      patients: [...new Set(sections.map((s) => s.patient))].sort(),
      spots: sections.reduce((sum, s) => sum + s.spotCount, 0),
    };
  } catch (error) {
    if (!isSpotbenchError(error, 'missing-data', 'damaged-artefact')) throw error;
    return { sections: { used: 0, defined: entry.sections.length }, patients: [], spots: 0 };
  }
}

/**
 * What sections of the same patient in training are worth, and what more training sections are: slide-out minus patient-out, on
 * every shared gene set.
 */
function gapsOf(rankings: readonly Ranking[]): Board['gaps'] {
  return rankings
    .filter((r) => r.protocol === 'patient-out')
    .flatMap((clean) => {
      const legacy = rankings.find(
        (r) => r.protocol === 'slide-out' && r.dataset === clean.dataset && r.regime === clean.regime,
      );
      if (!legacy) return [];
      return clean.rows.flatMap(({ method, scores }) =>
        clean.sets.map((set) => {
          const patientOut = scores[set]?.pcc?.value ?? null;
          const slideOut = legacy.rows.find((r) => r.method === method)?.scores[set]?.pcc?.value ?? null;
          const gap = patientOut === null || slideOut === null ? null : slideOut - patientOut;
          return { dataset: clean.dataset, regime: clean.regime, method, set, patientOut, slideOut, gap };
        }),
      );
    });
}

function notRunOf(plan: Plan): Board['notRun'] {
  const absent = plan.datasets
    .filter((d) => !d.active && d.presence === 'absent')
    .map(({ id, entry, located }) => ({
      dataset: id,
      protocol: null,
      reason: `${located.present.length} of ${located.present.length + located.missing.length} sections are on this machine; ${howToGet(id, entry)}`,
    }));
  return [...absent, ...plan.skipped];
}
