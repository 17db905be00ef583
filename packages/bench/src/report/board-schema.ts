import { z } from 'zod';
import { summaryNumberSchema } from '../results/summary.ts';

const hash = z.string();

/** Where the numbers of a row come from; lists because folds may have been run at different commits. */
const provenance = z.strictObject({
  command: z.string().describe('Runs the cells of this row again.'),
  commits: z.array(z.string()).describe('Git commits the cells were run at; "+" marks a work tree with changes.'),
  codeHash: hash.nullable(),
  configHash: hash.nullable(),
  panelHashes: z.array(hash).describe('One per fold.'),
  seeds: z.array(z.int()),
  engines: z.array(z.string()),
  selectedBy: z.array(z.string()),
});

const row = z.strictObject({
  method: z.string(),
  title: z.string(),
  kind: z.enum(['method', 'control']),
  version: z.string(),
  paper: z.string().nullable(),
  rank: z
    .int()
    .nullable()
    .describe('Among methods with all cells, by PCC on the ranking set; controls are not ranked.'),
  rankInterval: z.tuple([z.int(), z.int()]).nullable(),
  tieGroup: z.int().nullable(),
  cells: z.strictObject({ ok: z.int(), total: z.int() }),
  failures: z.array(z.strictObject({ cell: z.string(), kind: z.string(), reason: z.string() })),
  scores: z
    .record(z.string(), z.record(z.string(), summaryNumberSchema))
    .describe('By gene set, then metric. Empty when a cell is missing: part of an exam is not comparable.'),
  provenance,
});

const ranking = z.strictObject({
  dataset: z.string(),
  datasetTitle: z.string(),
  synthetic: z.boolean(),
  sections: z.strictObject({ used: z.int(), defined: z.int() }),
  patients: z.array(z.string()),
  spots: z.int(),
  protocol: z.string(),
  protocolTitle: z.string(),
  tier: z.enum(['headline', 'legacy', 'paper']),
  protocolNote: z.string(),
  regime: z.string(),
  rankedBy: z.string(),
  statistics: z.string().describe('What this number of patients can and cannot show.'),
  hashes: z.strictObject({
    dataset: hash.nullable(),
    protocol: hash,
    split: hash.nullable(),
    features: hash.nullable(),
  }),
  sets: z.array(z.string()),
  rows: z.array(row),
});

const gap = z.strictObject({
  dataset: z.string(),
  regime: z.string(),
  method: z.string(),
  set: z.string(),
  patientOut: z.number().nullable(),
  slideOut: z.number().nullable(),
  gap: z
    .number()
    .nullable()
    .describe('slide-out minus patient-out: what sections of the same patient in training are worth.'),
});

/** leaderboard.json: one ranking per data set, protocol and regime. Holds no time: the same records give the same bytes. */
export const boardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tier: z.enum(['local']),
  notice: z.string(),
  rankings: z.array(ranking),
  gaps: z.array(gap),
  notRun: z.array(z.strictObject({ dataset: z.string(), protocol: z.string().nullable(), reason: z.string() })),
});
export type Board = z.infer<typeof boardSchema>;
export type Ranking = z.infer<typeof ranking>;
export type BoardRow = z.infer<typeof row>;
