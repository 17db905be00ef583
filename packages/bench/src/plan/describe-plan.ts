import { howToGet } from '../datasets/how-to-get.ts';
import type { LocatedDataset } from '../datasets/locate.ts';
import type { Plan } from './plan.ts';
import { stepCommand, stepsOfPlan } from './steps.ts';

/** A plan as a person reads it: what runs, what does not and why, how many cells. */
export function describePlan(plan: Plan): string {
  const lines: string[] = [];
  for (const { id, entry, located, presence, active } of plan.datasets) {
    const cells = plan.cells.filter((c) => c.dataset === id);
    const what = entry.generator
      ? `${entry.sections.length} sections, made on this machine`
      : `${located.present.length} of ${entry.sections.length} sections`;
    if (active) {
      lines.push(
        `${id}: ${entry.title}${entry.synthetic ? ' (SYNTHETIC: says nothing about biology)' : ''}, ${what}, ${cells.length} cells`,
      );
      for (const protocol of new Set(cells.map((c) => c.protocol))) {
        const inIt = cells.filter((c) => c.protocol === protocol);
        const count = (of: (c: (typeof inIt)[number]) => unknown): number => new Set(inIt.map(of)).size;
        lines.push(
          `  ${protocol}: ${plural(
            count((c) => c.fold),
            'fold',
          )} x ${plural(
            count((c) => c.method),
            'method',
          )}, ${plural(inIt.length, 'cell')}`,
        );
      }
    } else {
      const why =
        presence === 'absent'
          ? `${what}${whyAbsent(located)}; ${howToGet(id, entry)}`
          : entry.sameSectionsAs
            ? `the same sections as ${entry.sameSectionsAs.dataset}, which runs; alone with --dataset ${id}`
            : 'runs when no real data is present, or with --dataset';
      lines.push(`${id}: not run (${why})`);
    }
    if (active && located.missing.length > 0 && !entry.generator)
      lines.push(`  left out: ${summariseMissing(located.missing)}`);
  }
  for (const { dataset, protocol, reason } of plan.skipped) lines.push(`${dataset}, ${protocol}: not run (${reason})`);
  lines.push(`${plan.cells.length} cells in all`);
  return `${lines.join('\n')}\n`;
}

/** `1 fold`, `4 folds`. */
function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `: no count file, no image`, each reason once: of a data set that is not there the sections need no list. */
function whyAbsent({ missing }: Pick<LocatedDataset, 'missing'>): string {
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  return reasons.length > 0 ? `: ${reasons.join(', ')}` : '';
}

/** `no image: A1, A2, ...; no count file: C6`. */
export function summariseMissing(missing: readonly { readonly id: string; readonly reason: string }[]): string {
  const byReason = new Map<string, string[]>();
  for (const { id, reason } of missing) byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  return [...byReason].map(([reason, ids]) => `${reason}: ${ids.join(', ')}`).join('; ');
}

/** A command a line that does each step of a plan, those that others need first, or runs each cell. */
export function planCommands(plan: Plan, of: string): string {
  const lines = of === 'steps' ? stepsOfPlan(plan).map(stepCommand) : plan.cells.map(({ id }) => `cell ${id}`);
  return lines.map((line) => `npx spotbench ${line}\n`).join('');
}

/** A plan for machines. */
export function planJson(plan: Plan): unknown {
  return {
    datasets: plan.datasets.map(({ id, entry, located, presence, active }) => ({
      id,
      title: entry.title,
      synthetic: entry.synthetic,
      presence,
      active,
      sections: located.present.map((s) => s.id),
      missing: located.missing,
    })),
    skipped: plan.skipped,
    cells: plan.cells,
  };
}
