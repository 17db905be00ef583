import { badData } from './bad-data.ts';
import { readColumn, readIndex, type Column } from './anndata-frame.ts';
import { readAnndataMatrix } from './anndata-matrix.ts';
import { type BarcodeCounts, barcodeCounts } from './barcode-counts.ts';
import type { Features, GeneOptions } from './features.ts';
import { openH5 } from './h5-tree.ts';
import { needArray, placeIn, type Tree } from './tree.ts';
import { openZarr } from './zarr-tree.ts';

/** What of an anndata file to read. */
export interface AnndataOptions extends GeneOptions {
  /** Which matrix holds the counts: `X` (default), `raw` (the counts kept aside, with genes of their own), or a layer. */
  readonly matrix?: 'X' | 'raw' | `layers/${string}`;
  /** Columns of `obs` to read as well; those that are not there are left out. */
  readonly obsColumns?: readonly string[];
}

/** Counts by barcode with columns of the observations. */
export interface Anndata extends BarcodeCounts {
  readonly obs: Readonly<Record<string, Column>>;
  /** `obsm/spatial`, where it is there: x, y in full-resolution pixels. [N, 2] */
  readonly spatial?: Float64Array;
}

/** Columns of `var` that may hold the accessions, the types and the genomes. */
const ACCESSIONS = ['gene_ids', 'gene_id', 'ensembl_id'];

/**
 * Reads an h5ad file, or a zarr folder of the same layout (name ending in `.zarr`, or a table inside a SpatialData folder), as
 * anndata 0.7 to 0.12 write them: dense, by rows or by columns; `X`, `raw` or a layer. Genes by the names of `var`, names
 * that stand twice summed; `feature_types` and `genome` are used where they are there, see `chooseGenes`.
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not of that layout or holds anything
 * but counts.
 */
export async function readAnndata(path: string, options: AnndataOptions = {}): Promise<Anndata> {
  const tree = await (path.endsWith('.h5ad') || path.endsWith('.h5') ? openH5(path) : openZarr(path));
  try {
    return await readTree(tree, options);
  } finally {
    await tree.close();
  }
}

async function readTree(tree: Tree, options: AnndataOptions): Promise<Anndata> {
  const { matrix = 'X' } = options;
  const isRaw = matrix === 'raw';
  const barcodes = await readIndex(tree, 'obs');
  const frame = isRaw ? 'raw/var' : 'var';
  const features = await readFeatures(tree, frame, options);
  const at = isRaw ? 'raw/X' : matrix;
  const raw = await readAnndataMatrix(tree, at, barcodes.length, features.names.length);
  const places = { barcodes: placeIn(tree, 'obs'), features: placeIn(tree, frame), counts: placeIn(tree, at) };
  const remedy = `use raw counts, not normalised values: ${await otherMatrices(tree, at)}`;
  const table = barcodeCounts({ barcodes, features, raw, places, remedy }, options);
  return {
    ...table,
    obs: await readObs(tree, options.obsColumns ?? [], barcodes.length),
    spatial: await readSpatial(tree, barcodes.length),
  };
}

/** Where else counts may be, for the message about a matrix that does not hold any. */
async function otherMatrices(tree: Tree, at: string): Promise<string> {
  const layers = (await tree.kind('layers')) === 'group' ? await tree.children('layers') : [];
  const raw = (await tree.kind('raw/X')) === 'absent' ? [] : ['raw'];
  const others = ['X', ...raw, ...layers.map((layer) => `layers/${layer}`)].filter((name) => name !== at);
  return others.length > 0 ? `the file also has ${others.join(', ')} (option matrix)` : 'the file has no other matrix';
}

async function readFeatures(tree: Tree, frame: string, { geneNames }: GeneOptions): Promise<Features> {
  const names = await readIndex(tree, frame);
  const texts = async (column: string): Promise<string[] | undefined> => {
    const values = await readColumn(tree, frame, column);
    if (values !== undefined && values.length !== names.length)
      throw badData(placeIn(tree, `${frame}/${column}`), `needed ${names.length} entries, found ${values.length}`);
    return values && Array.from<string | number, string>(values, String);
  };
  const [types, genomes] = [await texts('feature_types'), await texts('genome')];
  if (geneNames !== 'id') return { ids: names, names, types, genomes };
  for (const column of ACCESSIONS) {
    const ids = await texts(column);
    if (ids) return { ids, names, types, genomes };
  }
  throw badData(
    placeIn(tree, frame),
    `needed accessions in one of ${ACCESSIONS.join(', ')}, found none`,
    'name genes by symbol',
  );
}

async function readObs(tree: Tree, columns: readonly string[], rows: number): Promise<Record<string, Column>> {
  const obs: Record<string, Column> = {};
  for (const name of columns) {
    const column = await readColumn(tree, 'obs', name);
    if (column === undefined) continue;
    if (column.length !== rows)
      throw badData(placeIn(tree, `obs/${name}`), `needed ${rows} entries, found ${column.length}`);
    obs[name] = column;
  }
  return obs;
}

async function readSpatial(tree: Tree, rows: number): Promise<Float64Array | undefined> {
  const name = 'obsm/spatial';
  if ((await tree.kind(name)) !== 'array') return undefined;
  const shape = await needArray(tree, name, 2);
  if (shape[0] !== rows || shape[1] < 2)
    throw badData(placeIn(tree, name), `needed ${rows} x 2 pixels, found ${shape.join(' x ')}`);
  const values = await tree.numbers(name);
  return Float64Array.from({ length: rows * 2 }, (_, k) => values[Math.floor(k / 2) * shape[1] + (k % 2)]);
}
