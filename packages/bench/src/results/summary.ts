import { summarise, type ScoredSection, type Summary } from '@spotbench/core';
import { z } from 'zod';
import type { SetsBySection, SetName } from '../cell/gene-sets.ts';
import type { ProtocolEntry } from '../datasets/schema.ts';
import type { Cell } from '../plan/cell-id.ts';
import { paperAverage, paperAverageSchema } from './paper-average.ts';

const undefinedCounts = z.record(z.string(), z.int().nonnegative());

/** A number with what it rests on. */
export const summaryNumberSchema = z.strictObject({
  metric: z.string(),
  value: z.number().nullable(),
  reason: z.string().nullable(),
  ci: z.tuple([z.number(), z.number()]).nullable(),
  ciMethod: z.string(),
  unit: z.enum(['patient', 'section', 'gene']),
  averaging: z.string(),
  undefinedPolicy: z.string(),
  nGenes: z.int().nonnegative(),
  nUndefined: undefinedCounts,
  nSections: z.int().nonnegative(),
  nPatients: z.int().nonnegative(),
  nSeeds: z.int().positive(),
  seedSd: z.number().nullable(),
});

/** summary.json of a cell: every metric on every gene set of its protocol, over its test sections. */
export const summarySchema = z.strictObject({
  schemaVersion: z.literal(1),
  cellId: z.string(),
  sets: z.record(z.string(), z.record(z.string(), summaryNumberSchema)),
  paper: paperAverageSchema.optional().describe("Under a paper protocol, PCC averaged as that paper's code does."),
});
export type CellSummary = z.infer<typeof summarySchema>;

/** Metrics of a summary, the headline first. */
export const METRICS = ['pcc', 'spearman', 'r2', 'mse', 'mae'] as const;

/**
 * Summarises the scored sections of one cell, with the paper's own average where its protocol declares one. A cell has no
 * interval of its own: tables make one over all folds.
 */
export function summariseFold(
  cell: Cell,
  scored: readonly ScoredSection[],
  sets: SetsBySection,
  averaging?: ProtocolEntry['averaging'],
): CellSummary {
  const names = [...new Set(Object.values(sets).flatMap((s) => Object.keys(s)))] as SetName[];
  const summaryOf = (set: SetName, metric: (typeof METRICS)[number]): Summary =>
    summarise([{ seed: cell.seed, sections: scored }], { genes: (s) => sets[s.section]?.[set] ?? [], metric });
  return {
    schemaVersion: 1,
    cellId: cell.id,
    sets: Object.fromEntries(
      names.map((set) => [set, Object.fromEntries(METRICS.map((metric) => [metric, plain(summaryOf(set, metric))]))]),
    ),
    paper: paperAverage(averaging, scored, sets),
  };
}

/** A summary as plain JSON values. */
export function plain(summary: Summary): z.infer<typeof summaryNumberSchema> {
  return { ...summary, ci: summary.ci ? [summary.ci[0], summary.ci[1]] : null, nUndefined: { ...summary.nUndefined } };
}

/** summary.json as text, checked against its schema. */
export function summaryJson(summary: CellSummary): string {
  return `${JSON.stringify(summarySchema.parse(summary), null, 2)}\n`;
}
