import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by single hyphens');

const predictedGenes = z.union([
  z.strictObject({
    rule: z.literal('hvg-variance'),
    size: z.int().positive().describe('How many highly variable genes; every scored gene is added to them.'),
  }),
  z.strictObject({
    file: z.string().describe('A JSON list of gene names, below the data root.'),
    sha256: z.string().length(64),
    source: z.string(),
  }),
]);

const protocol = z.strictObject({
  title: z.string(),
  tier: z
    .enum(['headline', 'legacy', 'paper'])
    .describe(
      'headline: what is ranked and quoted; legacy: optimistic, shown for the gap; paper: as one publication did it.',
    ),
  split: z.enum(['leave-patient-out', 'leave-section-out']),
  target: z.enum(['log1p-10k', 'panel-log10']).describe('Expression target, see docs/protocol.md.'),
  predict: predictedGenes.describe('The genes a method predicts.'),
  sets: z
    .array(z.enum(['marker', 'HEG-50', 'HVG-50', 'all']))
    .min(1)
    .describe('Gene sets that are scored.'),
  setsDefinedOn: z
    .enum(['training', 'test'])
    .describe('Sections that HEG-50 and HVG-50 are taken from; `test` only in paper protocols.'),
  note: z.string(),
});

const section = z.strictObject({
  id: z.string().min(1),
  patient: z.string().min(1),
  spotCount: z
    .int()
    .positive()
    .nullable()
    .describe('Exact number of usable spots, asserted when read; null for synthetic data.'),
});

const dataset = z.strictObject({
  title: z.string(),
  organ: z.string(),
  technology: z.string(),
  format: z.enum(['her2st']).describe('Which reader reads it.'),
  synthetic: z.boolean(),
  generator: z
    .strictObject({ name: z.literal('demo'), seed: z.int() })
    .optional()
    .describe('Made on the spot instead of fetched.'),
  licence: z.string(),
  citation: z.string(),
  spotPitchUm: z.number().positive(),
  spotDiameterUm: z.number().positive(),
  markers: z.strictObject({ genes: z.array(z.string()).min(1), source: z.string() }),
  protocols: z.array(name).min(1).describe('Protocols that `bench:all` runs.'),
  optionalProtocols: z.array(name).describe('Protocols that run when asked for by name.'),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Method options that differ from the defaults on this data set, by method.'),
  seeds: z.array(z.int().nonnegative()).min(1).describe('Seeds of methods that use one.'),
  files: z
    .strictObject({ counts: z.string(), spots: z.string(), imageFolder: z.string() })
    .describe('Paths below the data root; {section} and {patient} are filled in.'),
  sections: z.array(section).min(2),
});

/** datasets.json: every protocol and every data set. */
export const datasetsSchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  protocols: z.record(name, protocol),
  datasets: z.record(name, dataset),
});

export type Datasets = z.infer<typeof datasetsSchema>;
export type DatasetEntry = z.infer<typeof dataset>;
export type SectionEntry = z.infer<typeof section>;
export type ProtocolEntry = z.infer<typeof protocol>;
