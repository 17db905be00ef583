import { z } from 'zod';
import { relativePath } from './path-schema.ts';

/** One path, or several in order of preference: the first that is there counts. */
const path = z.union([relativePath, z.array(relativePath).min(1)]);

const genes = {
  genome: z.string().optional().describe('Genes of this genome only, where the files have several.'),
  geneNames: z.enum(['symbol', 'id']).optional().describe('Name genes by symbol (default) or accession.'),
};

/**
 * What a section's files are in each format. Paths are below the data root; {section}, {patient} and the names in a section's
 * `fill` are filled in, and a section may name files of its own under `files`.
 */
export const formats = {
  her2st: z
    .strictObject({ counts: path, spots: path, imageFolder: path.describe('Folder with one image in it.') })
    .describe('Legacy Spatial Transcriptomics as the her2st authors lay it out.'),
  'geo-st': z
    .strictObject({ counts: path, spots: path, image: path })
    .describe('Legacy Spatial Transcriptomics as deposited at GEO (GSE144240).'),
  spaceranger: z
    .strictObject({
      counts: path.describe('A 10x .h5, or a folder with matrix.mtx, features and barcodes, plain or gzipped.'),
      positions: path.describe('tissue_positions (csv or parquet), or the spatial folder that holds it.'),
      image: path,
      scaleFactors: path.optional().describe('scalefactors_json.json; for hires and lowres images only.'),
    })
    .describe('Visium as Space Ranger writes it.'),
  hest: z
    .strictObject({
      table: path.describe('The h5ad.'),
      patches: path.describe('The h5 of patches: its barcodes are the spots that are used.'),
      image: path.describe('The whole-slide tiff.'),
    })
    .describe('HEST-1k.'),
  anndata: z.strictObject({ table: path.describe('An h5ad file.'), image: path }).describe('anndata with positions.'),
  spatialdata: z
    .strictObject({
      table: path.describe('A table of the zarr folder, <name>.zarr/tables/<table>.'),
      image: path.describe('An image of the zarr folder, <name>.zarr/images/<image>, or a file.'),
      shapes: path
        .optional()
        .describe(
          'The spots that the table describes, <name>.zarr/shapes/<shapes>; needed with an image of the folder.',
        ),
    })
    .describe('SpatialData, zarr 2 or 3.'),
} as const;

/** How the tables of the formats are read. */
export const readOptions = {
  spaceranger: z.strictObject({
    ...genes,
    imageScale: z
      .enum(['fullres', 'hires', 'lowres'])
      .optional()
      .describe('Which image `image` is; fullres by default.'),
  }),
  anndata: z.strictObject({
    ...genes,
    matrix: z
      .string()
      .regex(/^(X|raw|layers\/.+)$/)
      .optional()
      .describe('Which matrix holds the counts: X (default), raw, or layers/<name>.'),
  }),
};

export type Format = keyof typeof formats;
/** What a file is to its section. */
export type FileRole =
  'counts' | 'spots' | 'positions' | 'scaleFactors' | 'table' | 'shapes' | 'patches' | 'image' | 'imageFolder';
