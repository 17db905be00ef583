import type { Section } from '../contracts/section.ts';
import { selectRows } from '../counts/csr.ts';
import { type AnndataSource, readAnndataSection } from './anndata-section.ts';
import { badData } from './bad-data.ts';
import { checkBarcodes } from './barcode-counts.ts';
import { openH5 } from './h5-tree.ts';
import { needArray, placeIn, type Tree } from './tree.ts';

/** Where the three files of a HEST-1k sample lie. */
export interface HestSource extends AnndataSource {
  /** `patches/<id>.h5`: barcode [N, 1], coords [N, 2], img [N, S, S, 3]. */
  readonly patchesPath: string;
}

/** What a HEST patch file says of its patches. */
export interface HestPatches {
  /** Spot of each patch, as the table names it. [N] */
  readonly barcodes: readonly string[];
  /** Side of a stored patch. */
  readonly sizePx: number;
}

/**
 * Reads a HEST-1k sample: counts and positions of the h5ad, only spots that have a patch. HEST cuts patches in the tissue it
 * segmented; the tables of some samples list the whole array. The report is that of `readAnndataSection`, with
 * `spots-without-patch` and `patches-without-spot`. Pixels are read from the whole-slide image, since the stored patches show
 * one field of view only.
 * @throws SpotbenchError as `readAnndataSection` and `readHestPatches` do; `bad-data` when no spot has a patch.
 */
export async function readHestSection(source: HestSource): Promise<Section> {
  const section = await readAnndataSection(source);
  const { barcodes } = await readHestPatches(source.patchesPath);
  const { ids, arrayX, arrayY, pixelX, pixelY } = section.spots;
  const withPatch = new Set(barcodes);
  const rows = [...ids.keys()].filter((row) => withPatch.has(ids[row]));
  if (rows.length === 0)
    throw badData(
      source.patchesPath,
      `none of its ${barcodes.length} patches (${barcodes[0]}, ...) is of a spot of ${source.tablePath} (${ids[0]}, ...)`,
      'check that both files are of the same sample',
    );
  const pick = (values: Float32Array): Float32Array => Float32Array.from(rows, (row) => values[row]);
  return {
    ...section,
    spots: {
      ids: rows.map((row) => ids[row]),
      arrayX: pick(arrayX),
      arrayY: pick(arrayY),
      pixelX: pick(pixelX),
      pixelY: pick(pixelY),
    },
    counts: selectRows(section.counts, rows),
    report: {
      ...section.report,
      'spots-without-patch': ids.length - rows.length,
      'patches-without-spot': barcodes.length - rows.length,
    },
  };
}

/**
 * Reads which spots a HEST patch file has patches of, and their size; no pixels.
 * @throws SpotbenchError `missing-data` when there is no such file; `bad-data` when barcodes, coordinates and patches do not
 * fit together, patches are not square RGB, or a barcode stands twice.
 */
export async function readHestPatches(path: string): Promise<HestPatches> {
  const tree = await openH5(path);
  try {
    return await readPatches(tree);
  } finally {
    await tree.close();
  }
}

async function readPatches(tree: Tree): Promise<HestPatches> {
  const [count, height, width, channels] = await needArray(tree, 'img', 4);
  if (height !== width || channels !== 3)
    throw badData(placeIn(tree, 'img'), `needed square RGB patches, found ${height} x ${width} x ${channels}`);
  const [coords, axes] = await needArray(tree, 'coords', 2);
  if (coords !== count || axes !== 2)
    throw badData(placeIn(tree, 'coords'), `needed ${count} x 2 as img has patches, found ${coords} x ${axes}`);
  const at = placeIn(tree, 'barcode');
  if ((await tree.kind('barcode')) !== 'array') throw badData(at, 'needed an array, found none');
  const barcodes = await tree.strings('barcode');
  if (barcodes.length !== count)
    throw badData(at, `needed ${count} entries as img has patches, found ${barcodes.length}`);
  checkBarcodes(barcodes, at);
  return { barcodes, sizePx: height };
}
