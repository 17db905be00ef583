import { z } from 'zod';
import { download } from './download-schema.ts';
import { formats, readOptions } from './format-schema.ts';
import { relativePath } from './path-schema.ts';
import { name, protocol } from './protocol-schema.ts';

export type { DownloadEntry } from './download-schema.ts';
export type { FileRole, Format } from './format-schema.ts';
export type { ProtocolEntry } from './protocol-schema.ts';

const section = z
  .strictObject({
    id: z.string().min(1),
    patient: z.string().min(1),
    spotCount: z
      .int()
      .positive()
      .nullable()
      .describe(
        'Exact number of usable spots, asserted when read; null where it is not known, and for synthetic data.',
      ),
    umPerPx: z.number().positive().optional().describe('Micrometres per pixel of the full-resolution image.'),
    fill: z.record(z.string(), z.string()).optional().describe('Names for placeholders in paths, e.g. an accession.'),
    files: z.record(z.string(), relativePath).optional().describe("Paths that differ from the data set's, by role."),
    note: z.string().optional(),
  })
  .meta({ id: 'section' });

const sectionList = z.array(z.string()).min(1);
const split = z
  .union([
    z
      .strictObject({ rule: z.enum(['leave-patient-out', 'leave-section-out']), sections: z.array(z.string()).min(2) })
      .describe("The protocol's rule, applied to these sections only; folds come in this order."),
    z
      .strictObject({
        folds: z
          .array(
            z.strictObject({
              heldOut: z.string().describe('What the fold is called.'),
              train: sectionList,
              validation: z.array(z.string()),
              test: sectionList,
            }),
          )
          .min(1),
      })
      .describe('Folds written out, for protocols whose split is `listed`.'),
  ])
  .meta({ id: 'split' });

const markers = z
  .strictObject({ genes: z.array(z.string()).min(1), source: z.string() })
  .nullable()
  .describe('null where no published list is known: the set is not scored then.');

const labels = z
  .strictObject({
    file: relativePath.describe(
      'One file a section; sections whose file is not there have no labels. .csv, else tabs.',
    ),
    spot: z
      .union([z.string(), z.tuple([z.string(), z.string()])])
      .describe('Column with the spot id, or the columns with its array x and y, which are rounded.'),
    label: z.string().describe('Column with the label.'),
    ignore: z.array(z.string()).default([]).describe('Labels that say nothing, e.g. "undetermined".'),
    source: z.string(),
  })
  .describe(
    "A pathologist's label of each spot: never shown to a method; clusters of predictions are compared with it.",
  );

const common = {
  title: z.string(),
  organ: z.string(),
  technology: z.string(),
  synthetic: z.boolean(),
  generator: z
    .strictObject({ name: z.enum(['demo', 'demo-cscc', 'demo-visium']), seed: z.int() })
    .optional()
    .describe('Made on the spot instead of fetched.'),
  sameSectionsAs: z
    .strictObject({ dataset: name, note: z.string() })
    .optional()
    .describe('The same tissue under another name: never run beside that data set, so never counted as independent.'),
  licence: z.string(),
  citation: z.string(),
  spotPitchUm: z.number().positive(),
  spotDiameterUm: z.number().positive(),
  folder: name.optional().describe("Folder of the files below SPOTBENCH_DATA; the data set's own name where absent."),
  markers,
  labels: labels.optional(),
  protocols: z.array(name).min(1).describe('Protocols that `bench:all` runs.'),
  optionalProtocols: z.array(name).describe('Protocols that run when asked for by name.'),
  options: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Method options that differ from the defaults on this data set, by method.'),
  seeds: z.array(z.int().nonnegative()).min(1).describe('Seeds of methods that use one.'),
  splits: z.record(name, split).optional().describe('Splits of protocols that do not use every section, by protocol.'),
  downloads: z.array(download).optional().describe('Where the files come from.'),
  notes: z.array(z.string()).optional(),
  sections: z.array(section).min(2),
};

const noOptions = z.strictObject({}).optional();
const dataset = z.discriminatedUnion('format', [
  z.strictObject({ ...common, format: z.literal('her2st'), files: formats.her2st, read: noOptions }),
  z.strictObject({ ...common, format: z.literal('geo-st'), files: formats['geo-st'], read: noOptions }),
  z.strictObject({
    ...common,
    format: z.literal('spaceranger'),
    files: formats.spaceranger,
    read: readOptions.spaceranger.optional(),
  }),
  z.strictObject({ ...common, format: z.literal('hest'), files: formats.hest, read: readOptions.anndata.optional() }),
  z.strictObject({
    ...common,
    format: z.literal('anndata'),
    files: formats.anndata,
    read: readOptions.anndata.optional(),
  }),
  z.strictObject({
    ...common,
    format: z.literal('spatialdata'),
    files: formats.spatialdata,
    read: readOptions.anndata.optional(),
  }),
]);

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
