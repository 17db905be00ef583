import { z } from 'zod';

/** Names of data sets and protocols: they become parts of cell ids and folders. */
export const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by single hyphens');

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits');

const predictedGenes = z.union([
  z.strictObject({
    rule: z.literal('hvg-variance'),
    size: z.int().positive().describe('How many highly variable genes; every scored gene is added to them.'),
  }),
  z.strictObject({
    rule: z
      .literal('hvg-union')
      .describe(
        'Union of the highly variable genes of every section, the test section included; paper protocols only.',
      ),
    flavour: z.enum(['seurat', 'cell_ranger', 'seurat_v3']).describe('Definition of scanpy.'),
    size: z.int().positive().describe('How many genes are chosen in each section.'),
  }),
  z.strictObject({
    file: z.string().describe('A JSON list of gene names, below the data root.'),
    sha256: sha256
      .nullable()
      .describe('null: the list is not public as a list, so nobody can check it; the protocol does not run.'),
    source: z.string(),
  }),
]);

const validation = z
  .strictObject({
    rule: z.literal('random-spots'),
    share: z.number().gt(0).lt(1).describe('Part of the spots of every training section that is held out.'),
  })
  .describe('How validation data is taken where it is not whole sections.');

const transform = z
  .strictObject({
    name: z.literal('harmony'),
    over: z.literal('section').describe('What is made alike.'),
    fittedOn: z.literal('all').describe('Sections that it sees: `all` means the test section too (transductive).'),
  })
  .describe('A correction of the expression that training and truth both undergo.');

const averaging = z
  .strictObject({
    policy: z.enum(['drop', 'zero']).describe('What becomes of genes without a value.'),
    overGenes: z.enum(['mean', 'median', 'fisher-z']),
    overSections: z.enum(['patients', 'sections', 'spots']),
  })
  .describe("How the paper's code joins genes and sections to one number.");

const plainProtocol = z.strictObject({
  title: z.string(),
  tier: z
    .enum(['headline', 'legacy', 'paper'])
    .describe(
      'headline: what is ranked and quoted; legacy: optimistic, shown for the gap; paper: as one publication did it.',
    ),
  split: z
    .enum(['leave-patient-out', 'leave-section-out', 'listed'])
    .describe('`listed`: the folds are written out in the data set, under `splits`.'),
  target: z.enum(['log1p-10k', 'log1p-median', 'panel-log10']).describe('Expression target, see docs/protocol.md.'),
  predict: predictedGenes.describe('The genes a method predicts.'),
  sets: z
    .array(z.enum(['marker', 'HEG-50', 'HVG-50', 'all']))
    .min(1)
    .describe('Gene sets that are scored.'),
  setsDefinedOn: z
    .enum(['training', 'test'])
    .describe('Sections that HEG-50 and HVG-50 are taken from; `test` only in paper protocols.'),
  validation: validation.optional(),
  transform: transform.optional(),
  averaging: averaging.optional(),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .optional()
    .describe('Method options under this protocol, by method; they go before those of the data set.'),
  note: z.string(),
});

/** How a data set is split, what is predicted and what is scored. What uses test expression is of tier `paper`. */
export const protocol = plainProtocol.superRefine((entry, context) => {
  const { tier, setsDefinedOn, predict, transform: correction } = entry;
  if (tier === 'paper') return;
  const refuse = (path: string, what: string): void =>
    context.addIssue({ code: 'custom', path: [path], message: `${what} uses test expression: tier must be "paper"` });
  if (setsDefinedOn === 'test') refuse('setsDefinedOn', '"test"');
  if ('rule' in predict && predict.rule === 'hvg-union') refuse('predict', 'hvg-union');
  if (correction) refuse('transform', correction.name);
});

export type ProtocolEntry = z.infer<typeof protocol>;
