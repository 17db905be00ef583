import { basename } from 'node:path';
import type { Section, SectionImage } from '../contracts/section.ts';
import { isFolder } from '../images/decode-image.ts';
import { readImageSize } from '../images/image-size.ts';
import { type AnndataSource, readAnndataSection } from './anndata-section.ts';
import { badData } from './bad-data.ts';
import { type Affine, compose, inverse, readTransformations } from './spatialdata-transform.ts';
import { openZarr } from './zarr-tree.ts';

/** Where a section of a SpatialData store lies. */
export interface SpatialDataSource extends AnndataSource {
  /** The element whose spots the table describes, `<store>.zarr/shapes/<name>`; needed where the image is in the store, too. */
  readonly shapesPath?: string;
}

/** Two ways from spots to pixels that are less apart than this, in pixels, are one. */
const SAME_PX = 0.5;

/**
 * Reads a section of a SpatialData store, zarr 2 or 3: the table as `readAnndataSection` does, and the image, which is a file, or
 * an element of the store (`<store>.zarr/images/<name>`, see `openZarrImage`). With an element, the table's positions are taken as
 * coordinates of the shapes, and carried into the image's pixels through a coordinate system that both have.
 * @throws SpotbenchError as those do and `readTransformations` does; `bad-data` when the table is not of these shapes, or when
 * shapes and image have no coordinate system in common, or several that lead to different pixels.
 */
export async function readSpatialDataSection(source: SpatialDataSource): Promise<Section> {
  const { imagePath, shapesPath, tablePath } = source;
  if (!(await isFolder(imagePath))) return readAnndataSection(source);
  if (shapesPath === undefined)
    throw badData(
      imagePath,
      'an image of the store, but no shapes',
      'name the shapes of the spots under files, shapes',
    );
  await checkTable(tablePath, shapesPath);
  const image = await readImageSize(imagePath);
  const { xx, xy, x0, yx, yy, y0 } = await shapesToPixels(shapesPath, image);
  return readAnndataSection({ ...source, toPixel: (x, y) => [xx * x + xy * y + x0, yx * x + yy * y + y0] });
}

/** A table of several regions describes several sections' spots; one of other shapes has other transformations. */
async function checkTable(tablePath: string, shapesPath: string): Promise<void> {
  const region = await (await openZarr(tablePath)).attribute('', 'region');
  const regions = [region].flat().map(String);
  if (regions.length !== 1 || regions[0] !== basename(shapesPath))
    throw badData(
      tablePath,
      `needed a table of ${basename(shapesPath)} alone, found one of ${region === undefined ? 'no region' : regions.join(', ')}`,
      'name the shapes it describes, or write a table for each section',
    );
}

async function shapesToPixels(shapesPath: string, image: SectionImage): Promise<Affine> {
  const ofShapes = await readTransformations(await openZarr(shapesPath));
  const ofImage = await readTransformations(await openZarr(image.path));
  const common = [...ofShapes.keys()].filter((name) => ofImage.has(name));
  if (common.length === 0)
    throw badData(
      shapesPath,
      `no coordinate system in common with ${image.path} (${[...ofShapes.keys()].join(', ')}; ${[...ofImage.keys()].join(', ')})`,
    );
  const ways = common.map((name) => compose(inverted(ofImage.get(name)!, image.path), ofShapes.get(name)!));
  const other = ways.findIndex((way) => furthest(way, ways[0], image) > SAME_PX);
  if (other > 0)
    throw badData(
      shapesPath,
      `coordinate systems ${common[0]} and ${common[other]} lead to different pixels of ${image.path}`,
      'remove the transformation to one of them',
    );
  return ways[0];
}

function inverted(affine: Affine, where: string): Affine {
  try {
    return inverse(affine);
  } catch (cause) {
    throw badData(where, 'a transformation that maps the image onto a line', undefined, cause);
  }
}

/** How far apart two ways put what one of them puts at the corners of the image, in pixels. */
function furthest(a: Affine, b: Affine, { widthPx, heightPx }: SectionImage): number {
  const back = compose(a, inverted(b, 'shapes'));
  const corners = [0, widthPx].flatMap((x) => [0, heightPx].map((y) => [x, y]));
  return Math.max(
    ...corners.map(([x, y]) =>
      Math.hypot(back.xx * x + back.xy * y + back.x0 - x, back.yx * x + back.yy * y + back.y0 - y),
    ),
  );
}
