import { z } from 'zod';
import { paperAverageSchema } from '../results/paper-average.ts';
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

const interval = z.tuple([z.number(), z.number()]).nullable();

const pair = z.strictObject({
  a: z.string(),
  b: z.string(),
  difference: z.number().describe('Headline of a minus headline of b.'),
  ci: interval.describe('95 % interval of this difference alone, from draws that both methods share.'),
  p: z.number().describe('Exact two-sided Wilcoxon signed-rank p over patients.'),
  pHolm: z.number().describe("p after Holm's correction over all pairs listed together."),
  significant: z.boolean().describe('Never with fewer than 6 patients.'),
});

const scaled = z
  .strictObject({
    metric: z.literal('pcc'),
    value: z.number().nullable().describe('(value - control) / (oracle - control); may leave 0 to 1.'),
    reason: z.string().nullable().describe('Why there is none.'),
    control: z.string().describe('The row that scores 0.'),
    oracle: z.string().describe('The row that scores 1.'),
  })
  .describe('Never used to rank: it divides by a number that has an interval of its own.');

const similarity = z.strictObject({
  value: z.number().nullable(),
  reason: z.string().nullable().describe('Why there is none, e.g. no pathologist labels.'),
  nSections: z.int().nonnegative(),
  nPatients: z.int().nonnegative(),
});

const criticalDifference = z.strictObject({
  nPatients: z.int().nonnegative(),
  nMethods: z.int().nonnegative(),
  alpha: z.number(),
  averageRanks: z.array(z.strictObject({ name: z.string(), rank: z.number() })).describe('Best first.'),
  friedman: z.strictObject({ statistic: z.number(), p: z.number() }).nullable(),
  cd: z.number().nullable().describe("Nemenyi's critical difference of average ranks."),
  groups: z.array(z.array(z.string())).describe('Largest runs of methods that are not told apart.'),
  reason: z.string().nullable().describe('Why there is no critical difference, e.g. too few patients.'),
});

/** What a reader must see beside a method's name. */
export const MARKS = ['below-position-only', 'below-ridge', 'not-told-apart-from-ridge'] as const;

/** What a row is of; `submitted`: predictions made elsewhere. */
export const ROW_KINDS = ['method', 'submitted', 'control'] as const;

const row = z.strictObject({
  method: z.string(),
  title: z.string(),
  kind: z.enum(ROW_KINDS).describe('`submitted`: predictions made elsewhere and scored here; never ranked.'),
  version: z.string(),
  paper: z.string().nullable(),
  rank: z
    .int()
    .nullable()
    .describe('Among methods with all cells, by PCC on the ranking set; controls are not ranked.'),
  rankInterval: z.tuple([z.int(), z.int()]).nullable(),
  tieGroup: z.int().nullable().describe('1 is the group of the best; all 1 with fewer than 6 patients.'),
  marks: z
    .array(z.enum(MARKS))
    .describe('Methods only, by PCC on the ranking set. Not told apart: no significant difference over patients.'),
  against: z
    .array(pair)
    .describe('The method minus the controls that marks are about; pHolm over the methods, for each control.'),
  cells: z.strictObject({ ok: z.int(), total: z.int() }),
  failures: z.array(z.strictObject({ cell: z.string(), kind: z.string(), reason: z.string() })),
  scores: z
    .record(z.string(), z.record(z.string(), summaryNumberSchema))
    .describe('By gene set, then metric. Empty when a cell is missing: part of an exam is not comparable.'),
  scaled: z.record(z.string(), scaled).describe('PCC by gene set, between a control and the oracle.'),
  patients: z
    .record(z.string(), z.record(z.string(), z.number()))
    .describe('PCC by gene set, then patient: what the score is the mean of, seeds averaged.'),
  similarities: z
    .record(z.string(), similarity)
    .describe('By name: agreement of a section with its prediction as a whole.'),
  paperAverage: paperAverageSchema
    .nullable()
    .describe("Under a paper's protocol: PCC as its code averages, mean over seeds. Beside the headline's averaging."),
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
  controls: z.strictObject({
    required: z.array(z.string()),
    missing: z.array(z.strictObject({ control: z.string(), reason: z.string() })),
    note: z.string().nullable().describe('Why nobody is ranked: without every control no number can be judged.'),
  }),
  pairs: z.array(pair).describe('All pairs of methods, by PCC on the ranking set; empty where nobody is ranked.'),
  smallestP: z
    .strictObject({ nPatients: z.int(), p: z.number(), pHolm: z.number() })
    .nullable()
    .describe('The smallest p that this number of patients can give, alone and after correction over all pairs.'),
  criticalDifference: criticalDifference.nullable().describe('Null where nobody is ranked.'),
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
    .describe(
      'slide-out minus patient-out: what sections of the same patient in training are worth, and what more training sections are.',
    ),
});

/** leaderboard.json: one ranking per data set, protocol and regime. Holds no time: the same records give the same bytes. */
export const boardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tier: z.enum(['local', 'published']),
  notice: z.string(),
  rankings: z.array(ranking),
  gaps: z.array(gap),
  notRun: z.array(z.strictObject({ dataset: z.string(), protocol: z.string().nullable(), reason: z.string() })),
});
export type Board = z.infer<typeof boardSchema>;
export type Ranking = z.infer<typeof ranking>;
export type BoardRow = z.infer<typeof row>;
