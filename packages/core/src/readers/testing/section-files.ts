import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Section } from '../../contracts/section.ts';
import { readGeoStSection } from '../geo-st.ts';
import { readHer2stSection } from '../her2st.ts';
import { readSpacerangerSection } from '../spaceranger.ts';
import { fixture, rowsOf } from './fixtures.ts';
import { COUNTS, SELECTION, tinyJpeg } from './tiny-section.ts';

/** One text file of a section, and what may be done to it without changing what it says. */
export interface SectionFile {
  readonly text: string;
  readonly delimiter: '\t' | ',' | ' ';
  /** Lines that stay where they are: headers, comments, sizes. */
  readonly headLines: number;
  /** Rows may stand in any order. */
  readonly anyOrder: boolean;
  /** The last head line names the columns, which may stand in any order. */
  readonly named: boolean;
  /** Cells may stand in quotes. */
  readonly quotable: boolean;
}

/** A section as text files, and the reader that reads them. */
export interface SectionLayout {
  readonly name: string;
  readonly files: Readonly<Record<string, SectionFile>>;
  readonly read: (folder: string) => Promise<Section>;
}

async function unpacked(name: string): Promise<string> {
  const bytes = await readFile(fixture(name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const counts = (text: string): SectionFile => {
  return { text, delimiter: '\t', headLines: 1, anyOrder: true, named: true, quotable: false };
};
const table = (text: string, parts: Partial<SectionFile> = {}): SectionFile => {
  return { text, delimiter: '\t', headLines: 1, anyOrder: true, named: true, quotable: true, ...parts };
};
/** Rows of these are told apart by their place. */
const list = { headLines: 0, anyOrder: false, named: false };

const legacy = (folder: string) => ({
  countsPath: join(folder, 'counts.tsv'),
  spotsPath: join(folder, 'selection.tsv'),
  imagePath: join(folder, 'image.jpg'),
  id: 'T1',
  patient: 'T',
});

const visium = (positions: string) => (folder: string) =>
  readSpacerangerSection({
    countsPath: folder,
    positionsPath: join(folder, positions),
    imagePath: join(folder, 'image.jpg'),
    id: 'T1',
    patient: 'T',
  });

const matrix = { delimiter: ' ', headLines: 3, anyOrder: true, named: false, quotable: false } as const;

/** Every layout of text files that a section may come in. */
export const TEXT_LAYOUTS: readonly SectionLayout[] = [
  {
    name: 'her2st',
    files: { 'counts.tsv': counts(COUNTS), 'selection.tsv': table(SELECTION) },
    read: (folder) => readHer2stSection(legacy(folder)),
  },
  {
    name: 'GEO',
    files: {
      'counts.tsv': counts(await unpacked('geo/P2_ST_rep1_stdata.tsv.gz')),
      'selection.tsv': table(await unpacked('geo/spot_data-selection-P2_ST_rep1.tsv')),
    },
    read: (folder) => readGeoStSection(legacy(folder)),
  },
  {
    name: 'Cell Ranger 2',
    files: {
      'tissue_positions_list.csv': table(await unpacked('spatial/tissue_positions_list.csv'), {
        delimiter: ',',
        headLines: 0,
        named: false,
      }),
      'genes.tsv': table(await unpacked('mtx-v2/genes.tsv'), list),
      'barcodes.tsv': table(await unpacked('mtx-v2/barcodes.tsv'), list),
      'matrix.mtx': { text: await unpacked('mtx-v2/matrix.mtx'), ...matrix },
    },
    read: visium('tissue_positions_list.csv'),
  },
  {
    name: 'Cell Ranger 3',
    files: {
      'tissue_positions.csv': table(await unpacked('spatial/tissue_positions.csv'), { delimiter: ',' }),
      'features.tsv': table(await unpacked('mtx-v3/features.tsv.gz'), list),
      'barcodes.tsv': table(await unpacked('mtx-v3/barcodes.tsv.gz'), list),
      'matrix.mtx': { text: await unpacked('mtx-v3/matrix.mtx.gz'), ...matrix },
    },
    read: visium('tissue_positions.csv'),
  },
];

/** Writes a section of 40 x 30 pixels into a new temporary folder. */
export async function writeLayout({ files }: SectionLayout): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-fuzz-'));
  await writeFile(join(folder, 'image.jpg'), await tinyJpeg());
  for (const [name, { text }] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** What a section says, whatever the order of its spots and genes: each spot's place and the counts that are not 0. */
export function meaningOf({ spots, counts: matrix }: Section): unknown {
  const rows = rowsOf(matrix);
  const meaning = spots.ids.map((id, i) => ({
    id,
    place: [spots.arrayX[i], spots.arrayY[i], spots.pixelX[i], spots.pixelY[i]],
    counts: Object.fromEntries(matrix.genes.map((gene, g) => [gene, rows[i][g]] as const).filter(([, n]) => n !== 0)),
  }));
  return { genes: [...matrix.genes].sort(), spots: meaning.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
