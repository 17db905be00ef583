import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Format } from '../../datasets/schema.ts';

/** A section as its files say it is; the patient where the layout has one. */
export interface FoundSection {
  readonly id: string;
  readonly patient?: string;
  /** Names for placeholders in paths. */
  readonly fill?: Readonly<Record<string, string>>;
  /** Files that are named otherwise than the layout says, with `{section}`; they count where they are so named in all sections. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A layout: how files are named in datasets.json, and how to see from a folder which sections there are. */
export interface Layout {
  readonly files: Readonly<Record<string, string | readonly string[]>>;
  /** What is looked for, for the message when there is none. */
  readonly needs: string;
  find(folder: string): readonly FoundSection[];
  readonly technology: string;
  readonly spotPitchUm: number;
  readonly spotDiameterUm: number;
}

const LEGACY = { technology: 'Spatial Transcriptomics', spotPitchUm: 200, spotDiameterUm: 100 };
const VISIUM = { technology: 'Visium', spotPitchUm: 100, spotDiameterUm: 55 };

/** The extensions an image may have, the largest image first. */
const images = (path: string): readonly string[] => ['tif', 'tiff', 'png', 'jpg'].map((type) => `${path}.${type}`);

/** The layouts that the generator knows, one for each format. */
export const LAYOUTS: Readonly<Record<Format, Layout>> = {
  her2st: {
    ...LEGACY,
    needs: 'ST-cnts/<section>.tsv.gz, ST-spotfiles/<section>_selection.tsv, ST-imgs/<patient>/<section>/',
    files: {
      counts: ['ST-cnts/{section}.tsv.gz', 'ST-cnts/{section}.tsv'],
      spots: 'ST-spotfiles/{section}_selection.tsv',
      imageFolder: 'ST-imgs/{patient}/{section}',
    },
    find: (folder) =>
      entries(folder, 'ST-imgs').flatMap((patient) =>
        entries(folder, 'ST-imgs', patient)
          .filter((id) => ['tsv.gz', 'tsv'].some((type) => existsSync(join(folder, 'ST-cnts', `${id}.${type}`))))
          .map((id) => ({ id, patient })),
      ),
  },
  'geo-st': {
    ...LEGACY,
    needs: '<prefix><section>_stdata.tsv.gz, <prefix>spot_data-selection-<section>.tsv.gz, <prefix><section>.jpg',
    files: {
      counts: ['{prefix}{section}_stdata.tsv.gz', '{prefix}{section}_stdata.tsv'],
      spots: ['{prefix}spot_data-selection-{section}.tsv.gz', '{prefix}spot_data-selection-{section}.tsv'],
      image: images('{prefix}{section}'),
    },
    find: (folder) =>
      matching(folder, /^(GSM\d+_)?(.+)_stdata\.tsv(?:\.gz)?$/).map(([, prefix = '', id]) => ({
        id,
        fill: { prefix },
      })),
  },
  spaceranger: {
    ...VISIUM,
    needs:
      '<section>/filtered_feature_bc_matrix.h5 (or the folder), <section>/spatial/, <section>/image.tif or <section>.tif',
    files: {
      counts: ['{section}/filtered_feature_bc_matrix.h5', '{section}/filtered_feature_bc_matrix'],
      positions: '{section}/spatial',
      image: [...images('{section}/image'), ...images('{section}')],
    },
    find: (folder) =>
      entries(folder)
        .filter((id) => entries(folder, id).some((name) => /^filtered_feature_bc_matrix(\.h5)?$/.test(name)))
        .map((id) => ({ id })),
  },
  hest: {
    ...VISIUM,
    needs: 'st/<section>.h5ad, patches/<section>.h5, wsis/<section>.tif',
    files: { table: 'st/{section}.h5ad', patches: 'patches/{section}.h5', image: 'wsis/{section}.tif' },
    find: (folder) => matching(join(folder, 'st'), /^(.+)\.h5ad$/).map(([, id]) => ({ id })),
  },
  anndata: {
    ...VISIUM,
    needs: '<section>.h5ad, <section>.tif',
    files: { table: '{section}.h5ad', image: images('{section}') },
    find: (folder) => matching(folder, /^(.+)\.h5ad$/).map(([, id]) => ({ id })),
  },
  spatialdata: {
    ...VISIUM,
    needs: '<section>.zarr/tables/table, and <section>.tif or one image and one shapes element in <section>.zarr',
    files: { table: '{section}.zarr/tables/table', image: images('{section}') },
    find: (folder) => matching(folder, /^(.+)\.zarr$/).map(([, id]) => ({ id, files: elementsOf(folder, id) })),
  },
};

/**
 * The image of a SpatialData folder and the shapes that its table describes, where there is one of each; of several images the
 * `full` one.
 */
function elementsOf(folder: string, id: string): FoundSection['files'] {
  const names = (kind: string): string[] =>
    entries(folder, `${id}.zarr`, kind).filter((name) => !/^\.|^zarr\.json$/.test(name));
  const [images, shapes] = [names('images'), names('shapes')];
  const full = images.length === 1 ? images : images.filter((name) => name.includes('full'));
  if (full.length !== 1 || shapes.length !== 1) return undefined;
  const named = (kind: string, name: string): string => `{section}.zarr/${kind}/${name.replace(id, '{section}')}`;
  return { image: named('images', full[0]), shapes: named('shapes', shapes[0]) };
}

/** Names in a folder, sorted; none where it is no folder. */
function entries(...path: readonly string[]): string[] {
  try {
    return readdirSync(join(...path)).sort();
  } catch {
    return [];
  }
}

function matching(folder: string, pattern: RegExp): RegExpExecArray[] {
  return entries(folder)
    .map((name) => pattern.exec(name))
    .filter((match) => match !== null);
}
