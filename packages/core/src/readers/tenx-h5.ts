import { badData } from './bad-data.ts';
import { type BarcodeCounts, barcodeCounts, type BarcodeFile } from './barcode-counts.ts';
import type { Features, GeneOptions } from './features.ts';
import { openH5 } from './h5-tree.ts';
import { needNumbers, needPair, needStrings, placeIn, type Tree } from './tree.ts';

/**
 * Reads a 10x HDF5 count file, as Cell Ranger 3 and later and Space Ranger write it (group `matrix` with `features`), or as
 * Cell Ranger 2 did (one group per genome with `genes` and `gene_names`). Genes by symbol, symbols that stand twice summed;
 * see `chooseGenes`.
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not such a file, has several
 * genomes and none is asked for, or holds anything but counts.
 */
export async function readTenxH5(path: string, options: GeneOptions = {}): Promise<BarcodeCounts> {
  const tree = await openH5(path);
  try {
    const layout =
      (await tree.kind('matrix')) === 'group' ? await readVersion3(tree) : await readVersion2(tree, options);
    return barcodeCounts(layout, options);
  } finally {
    await tree.close();
  }
}

async function readVersion3(tree: Tree): Promise<BarcodeFile> {
  const ids = await needStrings(tree, 'matrix/features/id');
  const names = await needStrings(tree, 'matrix/features/name', ids.length);
  const optional = async (name: string): Promise<string[] | undefined> =>
    (await tree.kind(name)) === 'array' ? needStrings(tree, name, ids.length) : undefined;
  const types = await optional('matrix/features/feature_type');
  const genomes = await optional('matrix/features/genome');
  return readMatrix(tree, 'matrix', { ids, names, types, genomes }, 'features/name');
}

async function readVersion2(tree: Tree, { genome }: GeneOptions): Promise<BarcodeFile> {
  const genomes: string[] = [];
  for (const group of await tree.children(''))
    if ((await tree.kind(`${group}/barcodes`)) === 'array') genomes.push(group);
  if (genomes.length === 0)
    throw badData(
      tree.path,
      'needed a group matrix, or one per genome with barcodes, found neither',
      'check that it is a 10x count file',
    );
  if (genome === undefined && genomes.length > 1)
    throw badData(
      tree.path,
      `genes of ${genomes.length} genomes (${genomes.join(', ')})`,
      'say which with the option genome',
    );
  const group = genome ?? genomes[0];
  if (!genomes.includes(group))
    throw badData(tree.path, `needed genome ${group}, found ${genomes.join(', ')}`, 'ask for one that is there');
  const ids = await needStrings(tree, `${group}/genes`);
  const names = await needStrings(tree, `${group}/gene_names`, ids.length);
  return readMatrix(tree, group, { ids, names, genomes: ids.map(() => group) }, 'gene_names');
}

/** The file's columns are barcodes: its compressed columns [F, N] are our compressed rows [N, F]. */
async function readMatrix(tree: Tree, group: string, features: Features, featurePlace: string): Promise<BarcodeFile> {
  const barcodes = await needStrings(tree, `${group}/barcodes`);
  const shape = needPair(await needNumbers(tree, `${group}/shape`), placeIn(tree, `${group}/shape`));
  if (shape[0] !== features.names.length || shape[1] !== barcodes.length)
    throw badData(
      placeIn(tree, `${group}/shape`),
      `says ${shape[0]} features x ${shape[1]} barcodes, found ${features.names.length} x ${barcodes.length}`,
    );
  const places = {
    barcodes: placeIn(tree, `${group}/barcodes`),
    features: placeIn(tree, `${group}/${featurePlace}`),
    counts: placeIn(tree, `${group}/data`),
  };
  const values = await needNumbers(tree, `${group}/data`);
  const indices = await needNumbers(tree, `${group}/indices`, values.length);
  const indptr = await needNumbers(tree, `${group}/indptr`, barcodes.length + 1);
  return { barcodes, features, raw: { indptr, indices, values }, places };
}
