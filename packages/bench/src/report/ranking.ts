import {
  compareMethods,
  criticalDifference,
  summariseMethods,
  type Comparison,
  type MethodRuns,
  type MethodSummary,
  type ScoredSection,
} from '@spotbench/core';
import { METRICS, plain } from '../results/summary.ts';
import type { CellState } from '../results/cell-state.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { ProtocolEntry } from '../datasets/schema.ts';
import { meanPaperAverage } from './paper-averages.ts';
import type { BoardRow, Ranking } from './board-schema.ts';
import { REQUIRED_CONTROLS } from './controls.ts';
import { marksOf } from './marks.ts';
import { rankedSet } from './ranked-set.ts';
import type { FinishedCell } from './read-runs.ts';
import { scaledScores } from './scaled.ts';
import { summariseSimilarities } from '../similarity/summarise-similarities.ts';

/** Draws and seed of every bootstrap of a table: tables of the same records are equal to the byte. */
const BOOTSTRAP = { seed: 20_240, draws: 1000 };

/** Everything one ranking has of one method. */
export interface MethodCells {
  readonly method: string;
  readonly kind: 'method' | 'control' | 'submitted';
  readonly states: readonly CellState[];
  /** All of them, when every cell has scores; else undefined. */
  readonly finished: readonly FinishedCell[] | undefined;
}

/** What rows need beside the cells. */
export interface RankingOptions {
  /** The command that runs a method's cells again. */
  readonly commandFor: (method: string) => string;
  /** How a paper's protocol averages, where it says. */
  readonly averaging?: ProtocolEntry['averaging'];
}

/** What a ranking says of its methods. */
export type Standings = Pick<
  Ranking,
  'rows' | 'statistics' | 'controls' | 'pairs' | 'smallestP' | 'criticalDifference'
>;

/**
 * The rows of one ranking, best first, rows without numbers last; who differs from whom, and what the number of patients
 * allows to say. Where a required control has no score nobody is ranked.
 */
export function rankMethods(
  methods: readonly MethodCells[],
  sets: readonly string[],
  { commandFor, averaging }: RankingOptions,
): Standings {
  const complete = methods.filter((m) => m.finished !== undefined);
  const summaries: Summaries = new Map(
    sets.map((set) => [set, new Map(METRICS.map((metric) => [metric, summaryOf(complete, set, metric)]))]),
  );
  const rankedBy = rankedSet(sets);
  const controls = controlsOf(methods, commandFor);
  const competing = complete.filter((m) => m.kind === 'method');
  const ranked = controls.note === null ? compare(competing, rankedBy) : undefined;
  const withControls = compare(complete, rankedBy);
  const names = competing.map(({ method }) => method);
  const marks = withControls ? marksOf(withControls, names) : new Map<string, never>();
  const scores = new Map(complete.map(({ method }) => [method, scoresOf(method, summaries)]));
  const rows = methods.map((method): BoardRow => {
    const standing = ranked?.methods.find((s) => s.name === method.method);
    const own = scores.get(method.method) ?? {};
    return {
      ...describe(method),
      rank: standing?.rank ?? null,
      rankInterval: standing?.rankInterval ? [standing.rankInterval[0], standing.rankInterval[1]] : null,
      tieGroup: standing?.tieGroup ?? null,
      ...(marks.get(method.method) ?? { marks: [], against: [] }),
      scores: own,
      scaled: scaledScores(own, scores),
      patients: patientsOf(method.method, summaries),
      similarities: similaritiesOf(method),
      paperAverage: meanPaperAverage(method.finished ?? [], averaging) ?? null,
      provenance: { command: commandFor(method.method), ...provenanceOf(recordsOf(method)) },
    };
  });
  const value = (row: BoardRow): number => row.scores[rankedBy]?.pcc?.value ?? -Infinity;
  rows.sort((a, b) => value(b) - value(a) || (a.method < b.method ? -1 : 1));
  return { rows, controls, ...conclusionsOf(ranked, controls.note) };
}

function conclusionsOf(
  ranked: Comparison | undefined,
  note: string | null,
): Pick<Standings, 'statistics' | 'pairs' | 'smallestP' | 'criticalDifference'> {
  if (!ranked)
    return {
      statistics: note ?? 'no method has all its cells yet',
      pairs: [],
      smallestP: null,
      criticalDifference: null,
    };
  const { nPatients, smallestP: p, smallestPHolm: pHolm, pairs } = ranked;
  const found = criticalDifference(
    ranked.methods.map(({ name, patients }) => ({ name, patients: patients.map(({ value }) => value) })),
  );
  return {
    statistics: ranked.note,
    pairs: pairs.map((pair) => ({ ...pair, ci: pair.ci ? [pair.ci[0], pair.ci[1]] : null })),
    smallestP: { nPatients, p, pHolm },
    criticalDifference: {
      ...found,
      averageRanks: [...found.averageRanks],
      groups: found.groups.map((group) => [...group]),
    },
  };
}

/** Which required controls a ranking lacks, with the first reason of each. */
function controlsOf(methods: readonly MethodCells[], commandFor: (method: string) => string): Ranking['controls'] {
  const missing = REQUIRED_CONTROLS.flatMap((control) => {
    const found = methods.find(({ kind, method }) => kind === 'control' && method === control);
    if (found?.finished) return [];
    const reason = found?.states.find(({ kind }) => kind !== 'ok')?.reason;
    return [{ control, reason: reason ?? 'there is no such control here' }];
  });
  const names = missing.map(({ control }) => control);
  const note =
    names.length === 0
      ? null
      : `not ranked: no scores of the control${names.length === 1 ? '' : 's'} ${names.join(', ')}, without which no number can be judged; run ${commandFor(names.join(','))}`;
  return { required: [...REQUIRED_CONTROLS], missing, note };
}

/** Of all cells of a method, where their predictions were at hand. */
function similaritiesOf({ finished = [] }: MethodCells): BoardRow['similarities'] {
  const cells = finished.flatMap(({ sections, similarities }) =>
    similarities
      ? [{ patients: Object.fromEntries(sections.map((s) => [s.section, s.patient])), sections: similarities }]
      : [],
  );
  return cells.length === finished.length ? summariseSimilarities(cells) : {};
}

/** PCC by gene set and patient. */
function patientsOf(method: string, summaries: Summaries): BoardRow['patients'] {
  return Object.fromEntries(
    [...summaries].flatMap(([set, byMetric]) => {
      const standing = byMetric.get('pcc')?.find(({ name }) => name === method);
      return standing
        ? [[set, Object.fromEntries(standing.patients.map(({ patient, value }) => [patient, value]))]]
        : [];
    }),
  );
}

/** Headlines with intervals, by gene set and metric. */
type Summaries = ReadonlyMap<string, ReadonlyMap<string, readonly MethodSummary[]>>;

function summaryOf(
  methods: readonly MethodCells[],
  set: string,
  metric: (typeof METRICS)[number],
): readonly MethodSummary[] {
  if (methods.length === 0) return [];
  const genes = genesFrom(methods[0].finished!, set);
  return summariseMethods(methods.map(runsOf), { genes, metric, bootstrap: BOOTSTRAP });
}

/** All pairs, ranks and groups by PCC. */
function compare(methods: readonly MethodCells[], set: string): Comparison | undefined {
  if (methods.length === 0) return undefined;
  return compareMethods(methods.map(runsOf), { genes: genesFrom(methods[0].finished!, set), bootstrap: BOOTSTRAP });
}

/** A method's runs, one per seed: the test sections of all folds together. */
function runsOf({ method, finished }: MethodCells): MethodRuns {
  const seeds = [...new Set(finished!.map((c) => c.record.seed))].sort((a, b) => a - b);
  return {
    name: method,
    runs: seeds.map((seed) => ({
      seed,
      sections: finished!.filter((c) => c.record.seed === seed).flatMap((c) => c.sections),
    })),
  };
}

/** The genes of a set in each section; every method of a ranking has the same, for the panel belongs to the fold. */
function genesFrom(cells: readonly FinishedCell[], set: string): (section: ScoredSection) => readonly string[] {
  const bySection = new Map(
    cells.flatMap((c) =>
      Object.entries(c.sets).map(([section, sets]) => [
        section,
        (sets as Record<string, readonly string[]>)[set] ?? [],
      ]),
    ),
  );
  return ({ section }) => bySection.get(section) ?? [];
}

function scoresOf(method: string, summaries: Summaries): BoardRow['scores'] {
  return Object.fromEntries(
    [...summaries].map(([set, byMetric]) => [
      set,
      Object.fromEntries(
        [...byMetric].flatMap(([metric, found]) => {
          const standing = found.find((s) => s.name === method);
          return standing ? [[metric, plain(standing.summary)]] : [];
        }),
      ),
    ]),
  );
}

function describe({
  method,
  kind,
  states,
}: MethodCells): Pick<BoardRow, 'method' | 'title' | 'kind' | 'version' | 'paper' | 'cells' | 'failures'> {
  const record = states.map((s) => ('record' in s ? s.record : undefined)).find((r) => r?.methodVersion);
  return {
    method,
    title: record?.methodTitle ?? method,
    kind,
    version: record?.methodVersion ?? '',
    paper: record?.paper ?? null,
    cells: { ok: states.filter((s) => s.kind === 'ok').length, total: states.length },
    failures: states.filter((s) => s.kind !== 'ok').map((s) => ({ cell: s.cell.id, kind: s.kind, reason: s.reason })),
  };
}

function recordsOf({ states }: MethodCells): RunRecord[] {
  return states.flatMap((s) => ('record' in s ? [s.record] : []));
}

function provenanceOf(records: readonly RunRecord[]): Omit<BoardRow['provenance'], 'command'> {
  const distinct = <T extends string | number>(of: (r: RunRecord) => T | null): T[] =>
    [...new Set(records.map(of).filter((v) => v !== null))].sort((a, b) => (a < b ? -1 : 1));
  return {
    commits: distinct((r) => (r.commit === null ? null : `${r.commit}${r.dirty ? '+' : ''}`)),
    codeHash: records[0]?.codeHash ?? null,
    configHash: records[0]?.configHash ?? null,
    panelHashes: distinct((r) => r.panelHash),
    seeds: distinct((r) => r.seed),
    engines: distinct((r) => `${r.engine}/${r.device}`),
    selectedBy: distinct((r) => r.selectedBy),
  };
}
