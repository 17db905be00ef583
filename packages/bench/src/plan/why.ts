import { changedCode } from '../results/code-list.ts';
import { cellStates, type AskedEngine, type CellState } from '../results/cell-state.ts';
import { currentInputs, type CurrentInputs } from '../results/current-inputs.ts';
import { stepStates, type StepState } from '../results/step-state.ts';
import { codeOf } from '../registry/code-hash.ts';
import { findMethod } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Plan } from './plan.ts';
import { stepsOfCell } from './steps.ts';

/** Whether a run would find a step or cell done, and if not why. */
export interface Verdict {
  /** Name of a step, or id of a cell. */
  readonly name: string;
  /** `waits`: intact and of today's code, but a step that it reads has to be done again and may give other bytes. */
  readonly verdict: 'hit' | 'miss' | 'waits';
  /** What changed, most telling first; empty of a hit. */
  readonly reasons: readonly string[];
}

/** Every step and cell of a plan with its verdict. */
export interface WhyPlan {
  readonly steps: readonly Verdict[];
  readonly cells: readonly Verdict[];
}

/** Says of every step and cell of a plan whether a run would find it done, and which input changed where it would not. */
export async function whyPlan(workspace: Workspace, plan: Plan, engine: AskedEngine): Promise<WhyPlan> {
  const inputs = currentInputs(workspace);
  const steps = await stepStates(workspace, plan);
  const states = await cellStates(workspace, plan, engine, inputs);
  const cells: Verdict[] = [];
  for (const state of states) cells.push(await verdictOf(workspace, plan, state, steps, inputs));
  return { steps: steps.map(verdictOfStep), cells };
}

function verdictOfStep({ step, kind, reason }: StepState): Verdict {
  return { name: step.name, verdict: kind === 'ok' ? 'hit' : 'miss', reasons: kind === 'ok' ? [] : [reason] };
}

async function verdictOf(
  workspace: Workspace,
  plan: Plan,
  state: CellState,
  steps: readonly StepState[],
  inputs: CurrentInputs,
): Promise<Verdict> {
  const name = state.cell.id;
  if (state.kind === 'ok') {
    const needed = stepsOfCell(state.cell, findMethod(plan.methods, state.cell.method));
    const undone = steps.filter(({ step, kind }) => kind !== 'ok' && needed.includes(step.name));
    if (undone.length === 0) return { name, verdict: 'hit', reasons: [] };
    return { name, verdict: 'waits', reasons: undone.map(({ step }) => `for ${step.name.replaceAll('--', ' ')}`) };
  }
  if (state.kind !== 'stale') return { name, verdict: 'miss', reasons: [`${state.kind}: ${state.reason}`] };
  const reasons = state.changes.map(({ input, reason }) => `${input}: ${reason}`);
  return { name, verdict: 'miss', reasons: await namingFiles(workspace, plan, state, reasons, inputs) };
}

/** The reasons, the one about code with the files that changed, where that is known. */
async function namingFiles(
  workspace: Workspace,
  plan: Plan,
  { cell, old, changes }: Extract<CellState, { kind: 'stale' }>,
  reasons: readonly string[],
  inputs: CurrentInputs,
): Promise<string[]> {
  const index = changes.findIndex(({ input }) => input === 'code');
  if (index === -1) return [...reasons];
  const method = findMethod(plan.methods, cell.method);
  const files = await changedCode(workspace, old, inputs.code(method).files, codeOf(method));
  const named = files === undefined ? 'which files is not known' : filesText(files);
  return reasons.map((reason, i) => (i === index ? `code: ${named}` : reason));
}

/** `packages/core/src/metrics/pearson.ts and 3 more in packages/core/src, packages/mclstexp/src`. */
function filesText(files: readonly string[]): string {
  if (files.length <= NAMED) return files.join(', ');
  const rest = files.slice(NAMED);
  const folders = [...new Set(rest.map((file) => file.split('/').slice(0, 4).join('/')))];
  return `${files.slice(0, NAMED).join(', ')} and ${rest.length} more in ${folders.slice(0, NAMED).join(', ')}`;
}

const NAMED = 4;

/** The verdicts as a person reads them: cells that miss for the same reason together, a count at the end. */
export function describeWhy({ steps, cells }: WhyPlan): string {
  const lines = [
    ...steps.map(({ name, verdict, reasons }) => line(verdict, name.replaceAll('--', ' '), reasons)),
    ...groups(cells).map(({ verdict, reasons, names }) =>
      [line(verdict, `${names.length} cells`, reasons), ...membersOf(names)].join('\n'),
    ),
  ];
  const count = (verdict: Verdict['verdict']): number => cells.filter((c) => c.verdict === verdict).length;
  const waiting = count('waits') > 0 ? `, ${count('waits')} wait for a step` : '';
  return `${lines.join('\n')}\n${cells.length} cells: ${count('hit')} hits, ${count('miss')} misses${waiting}\n`;
}

function line(verdict: string, what: string, reasons: readonly string[]): string {
  return `${verdict.padEnd(5)}  ${what}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`;
}

function groups(cells: readonly Verdict[]): (Omit<Verdict, 'name'> & { names: string[] })[] {
  const found = new Map<string, Omit<Verdict, 'name'> & { names: string[] }>();
  for (const { name, verdict, reasons } of cells) {
    const key = JSON.stringify([verdict, reasons]);
    const group = found.get(key) ?? { verdict, reasons, names: [] };
    group.names.push(name);
    found.set(key, group);
  }
  return [...found.values()];
}

/** `demo patient-out frozen ridge: fold0 seed0, fold1 seed0`, one line for each method of a ranking. */
function membersOf(ids: readonly string[]): string[] {
  const members = new Map<string, string[]>();
  for (const id of ids) {
    const parts = id.split('--');
    const key = parts.slice(0, 4).join(' ');
    members.set(key, [...(members.get(key) ?? []), parts.slice(4).join(' ')]);
  }
  return [...members].map(([key, places]) => `         ${key}: ${places.join(', ')}`);
}
