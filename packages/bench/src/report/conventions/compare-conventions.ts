import type { NamedExpression } from '@spotbench/core';
import { readPredictions } from '../../cell/predictions.ts';
import { groupBy } from '../../collections/group-by.ts';
import { regimeLabel } from '../../plan/cell-id.ts';
import type { Plan } from '../../plan/plan.ts';
import { findMethod } from '../../registry/methods.ts';
import { foldOpener } from '../../rescore/open-folds.ts';
import { cellStates, type CellState } from '../../results/cell-state.ts';
import { runFolder } from '../../results/run-folder.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { rankingLabel } from '../ranking-cells.ts';
import { readFinished } from '../read-runs.ts';
import { CONVENTIONS, type PredictedRun } from './convention-values.ts';

/** One convention on every method of a ranking. */
export interface ConventionRow {
  readonly name: string;
  readonly title: string;
  /** Mean over seeds, by method; null where nothing is defined. */
  readonly values: Readonly<Record<string, number | null>>;
  /** Of methods, not controls: 1 is best, equal values share a rank. */
  readonly ranks: Readonly<Record<string, number>>;
  /** Methods that stand elsewhere than under the first convention, and the furthest that one moves. */
  readonly moved: number;
  readonly furthest: number;
  /** Kendall's tau of the order of methods with that under the first convention; null with fewer than two. */
  readonly tau: number | null;
}

/** How far the numbers and ranks of one table depend on how correlations are averaged. */
export interface ConventionTable {
  readonly dataset: string;
  readonly synthetic: boolean;
  readonly protocol: string;
  readonly regime: string;
  /** Methods and controls with all their cells, as they are ranked by the first convention. */
  readonly methods: readonly { readonly name: string; readonly ranked: boolean }[];
  /** Methods that lack a cell. */
  readonly incomplete: readonly string[];
  readonly conventions: readonly ConventionRow[];
}

/** Every convention for every table of a plan, from stored predictions: no method's code runs. */
export async function compareConventions(workspace: Workspace, plan: Plan): Promise<ConventionTable[]> {
  const groups = groupBy(await cellStates(workspace, plan), ({ cell }) => rankingLabel(cell));
  const tables: ConventionTable[] = [];
  for (const states of groups.values()) tables.push(await tableOf(workspace, plan, states));
  return tables;
}

async function tableOf(workspace: Workspace, plan: Plan, states: readonly CellState[]): Promise<ConventionTable> {
  const { cell } = states[0];
  const names = [...new Set(states.map((state) => state.cell.method))];
  const own = (name: string): CellState[] => states.filter((state) => state.cell.method === name);
  const complete = names.filter((name) => own(name).every(({ kind }) => kind === 'ok'));
  const truth = truthReader(workspace);
  const values = new Map<string, (number | null)[]>();
  for (const name of complete) values.set(name, await valuesOf(workspace, own(name), truth));
  const ranked = complete.filter((name) => findMethod(plan.methods, name).kind === 'method');
  const conventions = CONVENTIONS.map(({ name, title }, c) => {
    const of = Object.fromEntries(complete.map((method) => [method, values.get(method)![c]]));
    return { name, title, values: of, ranks: ranksOf(of, ranked) };
  });
  const [first] = conventions;
  const order = (name: string): number => first.values[name] ?? -Infinity;
  return {
    dataset: cell.dataset,
    synthetic: plan.definitions.datasets[cell.dataset].synthetic,
    protocol: cell.protocol,
    regime: regimeLabel(cell),
    methods: complete
      .sort((a, b) => order(b) - order(a) || (a < b ? -1 : 1))
      .map((name) => ({ name, ranked: ranked.includes(name) })),
    incomplete: names.filter((name) => !complete.includes(name)),
    conventions: conventions.map((row) => ({ ...row, ...movesFrom(first, row, ranked) })),
  };
}

/** Every convention on a method: the mean over its seeds. */
async function valuesOf(
  workspace: Workspace,
  states: readonly CellState[],
  truth: ReturnType<typeof truthReader>,
): Promise<(number | null)[]> {
  const seeds = [...new Set(states.map(({ cell }) => cell.seed))].sort((a, b) => a - b);
  const bySeed: (number | null)[][] = [];
  for (const seed of seeds) {
    const run = await readRun(workspace, seed, states, truth);
    bySeed.push(CONVENTIONS.map(({ value }) => value(run)));
  }
  return CONVENTIONS.map((_, c) => {
    const defined = bySeed.flatMap((values) => values[c] ?? []);
    return defined.length === 0 ? null : defined.reduce((a, b) => a + b, 0) / defined.length;
  });
}

async function readRun(
  workspace: Workspace,
  seed: number,
  states: readonly CellState[],
  truth: ReturnType<typeof truthReader>,
): Promise<PredictedRun> {
  const sections: PredictedRun['sections'][number][] = [];
  const sets: Record<string, PredictedRun['sets'][string]> = {};
  for (const state of states) {
    if (state.kind !== 'ok' || state.cell.seed !== seed) continue;
    const scored = await readFinished(workspace, state);
    Object.assign(sets, scored.sets);
    for (const prediction of await readPredictions(runFolder(workspace, state.cell.id), state.manifest)) {
      const { section } = prediction;
      const pair = { truth: await truth(state.cell.id, section), prediction };
      sections.push({ ...scored.sections.find((each) => each.section === section)!, pair });
    }
  }
  return { seed, sections, sets };
}

/** Truth of a cell's section; each is computed once a table, for every method asks for it. */
function truthReader(workspace: Workspace): (cellId: string, section: string) => Promise<NamedExpression> {
  const open = foldOpener(workspace);
  const known = new Map<string, NamedExpression>();
  return async (cellId, section) => {
    const key = `${/--fold\d+--/.exec(cellId)![0]}${section}`;
    const found = known.get(key);
    if (found) return found;
    const { fold } = await open(cellId);
    const { genes, values } = await fold.truth(section);
    const { spots } = fold.test.find(({ id }) => id === section)!;
    const expression = { spotIds: spots.ids, genes, values };
    known.set(key, expression);
    return expression;
  };
}

function ranksOf(values: ConventionRow['values'], ranked: readonly string[]): Record<string, number> {
  const value = (name: string): number => values[name] ?? -Infinity;
  return Object.fromEntries(
    ranked.map((name) => [name, 1 + ranked.filter((other) => value(other) > value(name)).length]),
  );
}

type Ranked = Pick<ConventionRow, 'ranks'>;

function movesFrom(
  { ranks: first }: Ranked,
  { ranks }: Ranked,
  ranked: readonly string[],
): Pick<ConventionRow, 'moved' | 'furthest' | 'tau'> {
  const moves = ranked.map((name) => Math.abs(ranks[name] - first[name]));
  const pairs = ranked.flatMap((a, i) => ranked.slice(i + 1).map((b) => [a, b]));
  const agreement = pairs.reduce(
    (sum, [a, b]) => sum + Math.sign(first[a] - first[b]) * Math.sign(ranks[a] - ranks[b]),
    0,
  );
  return {
    moved: moves.filter((move) => move > 0).length,
    furthest: Math.max(0, ...moves),
    tau: pairs.length === 0 ? null : agreement / pairs.length,
  };
}
