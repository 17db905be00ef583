import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const megabytes = z.number().nonnegative();

/**
 * run.json: what a cell was, and how it went. Everything that decides a number is in it by hash; times and memory are not
 * part of the identity.
 */
export const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  cellId: z.string(),
  command: z.string().describe('Runs this cell again.'),
  commit: z.string().nullable().describe('Git commit of the code; null outside a repository.'),
  dirty: z.boolean().describe('True when tracked files differed from the commit.'),
  datasetId: z.string(),
  datasetHash: hash
    .nullable()
    .describe('Hash over every file read and what was read from it; null when the data could not be opened.'),
  synthetic: z.boolean(),
  protocolId: z.string(),
  protocolHash: hash,
  splitId: z.string(),
  splitHash: hash.nullable(),
  fold: z.int().nonnegative(),
  heldOut: z.string().nullable().describe('The patient or section that is tested.'),
  panelId: z.string().nullable(),
  panelHash: hash.nullable().describe('Hash over the predicted genes and every scored gene set.'),
  regime: z.enum(['frozen', 'finetune']),
  encoder: z.string(),
  featuresHash: hash.nullable().describe('Hash over the frozen features of all views that the method needs.'),
  featureHashes: z.record(z.string(), hash).optional().describe('Hash of the features of each view, by its name.'),
  methodId: z.string(),
  methodTitle: z.string(),
  methodVersion: z.string(),
  methodKind: z
    .enum(['method', 'control', 'submitted'])
    .describe('`submitted`: predictions made elsewhere and scored here; never ranked with what was run here.'),
  paper: z.string().nullable(),
  codeHash: hash,
  patchesHash: hash
    .nullable()
    .describe('Hash of the patch store that an image encoder was trained on; null in the frozen regime.'),
  weightsHash: hash.nullable().describe('Pretrained weights; null where a method starts from none.'),
  configHash: hash.nullable(),
  config: z.unknown(),
  optionsHash: hash.optional().describe('What datasets.json says of the configuration; older records have none.'),
  markersHash: hash.optional().describe("The data set's markers in datasets.json; older records have none."),
  seed: z.int().nonnegative(),
  engine: z.string(),
  device: z.string(),
  engineReason: z.string().optional().describe('Why that engine and device.'),
  precision: z.enum(['float32', 'mixed']).describe('`mixed`: products in float16, everything else in float32.'),
  status: z.enum(['ok', 'failed', 'skipped', 'timeout']),
  reason: z.string().nullable().describe('Why a cell has no scores.'),
  logTail: z.array(z.string()).describe('The last lines of a failed cell.'),
  startedAt: z.iso.datetime(),
  durationsMs: z.strictObject({ fit: z.number(), predict: z.number(), score: z.number() }),
  peakMemoryMb: megabytes,
  params: z.int().nonnegative().nullable(),
  selectedBy: z.string().nullable(),
  testEvaluations: z
    .int()
    .nonnegative()
    .describe('How often test expression was compared with a prediction in this cell.'),
  runtime: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string() }),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
