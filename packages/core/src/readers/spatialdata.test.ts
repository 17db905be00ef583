import { cp, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { decodeImage } from '../images/decode-image.ts';
import { readImageSize } from '../images/image-size.ts';
import { openRegions } from '../images/region-reader.ts';
import { readSpatialDataSection } from './spatialdata-section.ts';
import { messageOf } from './testing/fixtures.ts';
import { editedBytes } from './testing/mutations.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/spatialdata');
/** What spatialdata itself says of them: see scripts/golden_spatialdata.py. */
const expected = JSON.parse(await readFile(join(FOLDER, 'expected.json'), 'utf8')) as {
  /** Left, top, width, height. */
  readonly regions: readonly [number, number, number, number][];
  /** Of each region its sum, and its sum with weights 1 to 7 in turn. */
  readonly images: Readonly<Record<string, readonly [number, number][]>>;
  readonly pixels: readonly [number, number][];
};

const sourceIn = (store: string, image = 'he') => ({
  id: 'S1',
  patient: 'P1',
  tablePath: join(store, 'tables/table'),
  imagePath: join(store, 'images', image),
  shapesPath: join(store, 'shapes/spots'),
});

describe.each(['v2.zarr', 'v3.zarr'])('a SpatialData store, %s', (name) => {
  const store = join(FOLDER, name);

  it('is read with its spots where spatialdata puts them in the pixels of the image', async () => {
    const { spots, counts, image } = await readSpatialDataSection(sourceIn(store));
    expect(spots.ids).toEqual(['AA-1', 'CC-1', 'GG-1']);
    expect(counts.genes).toEqual(['ERBB2', 'FASN', 'GNAS']);
    expect(image).toEqual({ path: join(store, 'images/he'), widthPx: 70, heightPx: 50 });
    const found = spots.ids.map((_, i) => [spots.pixelX[i], spots.pixelY[i]]);
    expect(found).toEqual(expected.pixels.slice(0, 3));
  });

  it.each(Object.keys(expected.images))('has the pixels of image %s as spatialdata reads them', async (element) => {
    const image = await readImageSize(join(store, 'images', element));
    const regions = await openRegions(image);
    const sums = expected.regions.map(async ([left, top, width, height]) => {
      const pixels = await regions.read({ left, top, width, height });
      return [pixels.reduce((a, b) => a + b), pixels.reduce((sum, value, k) => sum + value * ((k % 7) + 1), 0)];
    });
    expect(await Promise.all(sums)).toEqual(expected.images[element]);
    const whole = await regions.read({ left: 0, top: 0, width: 70, height: 50 });
    expect((await decodeImage(image)).pixels).toEqual(whole);
  });

  it('is refused by name where its image is of other numbers, or damaged', async () => {
    expect(await messageOf(readSpatialDataSection(sourceIn(store, 'deep')))).toMatch(
      /images\/deep: needed numbers of uint8, found uint16; save the image as a tiff/,
    );
    expect(await messageOf(readImageSize(join(store, 'images')))).toMatch(/images: .*no multiscales in its metadata/);
    const copy = await copyOf(name);
    await truncate(join(copy, 'images/he/s0', name === 'v2.zarr' ? '0/1/1' : 'c/0/1/1'), 40);
    const image = await readImageSize(join(copy, 'images/he'));
    expect(await messageOf(decodeImage(image))).toMatch(
      /images\/he: needed 70 x 50 pixels at \(0, 0\), but it does not/,
    );
  });
});

describe.each(['v2.zarr', 'v3.zarr'])('a damaged SpatialData store, %s', (name) => {
  const metadata = name === 'v2.zarr' ? '.zattrs' : 'zarr.json';
  const files = [
    `images/he/${metadata}`,
    name === 'v2.zarr' ? 'images/he/s0/.zarray' : 'images/he/s0/zarr.json',
    name === 'v2.zarr' ? 'images/he/s0/0/1/1' : 'images/he/s0/c/0/1/1',
    `shapes/spots/${metadata}`,
    `tables/table/${metadata}`,
  ];

  it('is refused by name, or read to spots inside an image of its size, whichever file is edited or cut short', async () => {
    const store = await copyOf(name);
    let refused = 0;
    for (const file of files) {
      const path = join(store, file);
      const bytes = await readFile(path);
      const cut = fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length));
      const property = fc.asyncProperty(fc.oneof(editedBytes(bytes), cut, otherJson(bytes)), async (changed) => {
        await writeFile(path, changed);
        try {
          const { spots, image } = await readSpatialDataSection(sourceIn(store));
          expect((await decodeImage(image)).pixels).toHaveLength(image.widthPx * image.heightPx * 3);
          for (const [i] of spots.ids.entries()) expect(spots.pixelX[i]).toBeLessThan(image.widthPx);
        } catch (error) {
          if (!isSpotbenchError(error, 'bad-data', 'missing-data', 'unsupported')) throw error;
          expect(error.message).toContain(store);
          refused++;
        }
      });
      await fc.assert(property, { seed: 31, numRuns: 15 });
      await writeFile(path, bytes);
    }
    expect(refused).toBeGreaterThan(2 * files.length);
  });
});

/** Where the bytes are JSON, the same with one value in it replaced by one of another kind. */
function otherJson(bytes: Buffer): fc.Arbitrary<Buffer> {
  if (bytes[0] !== '{'.charCodeAt(0)) return fc.constant(bytes.subarray(0, 1));
  const text = bytes.toString('utf8');
  const values = [...text.matchAll(/(?<=: ?|[[,]\s*)("[^"]*"|-?\d[\d.]*|true|false|null)(?=\s*[,\]}])/g)];
  const others = fc.constantFrom('null', '-1', '0', '1e99', '"x"', '[]', '{}', 'true');
  return fc.tuple(fc.constantFrom(...values), others).map(([{ index, 0: old }, other]) => {
    return Buffer.from(text.slice(0, index) + other + text.slice(index + old.length));
  });
}

it('a table whose chunk is cut short is refused, not filled up with what lay in memory', async () => {
  const copy = await copyOf('v2.zarr');
  const chunk = join(copy, 'tables/table/X/0.0');
  const { length } = await readFile(chunk);
  await truncate(chunk, length - 1);
  expect(await messageOf(readSpatialDataSection(sourceIn(copy)))).toMatch(
    /X: does not read \(Failed to decode chunk via codec "numcodecs.blosc"/,
  );
});

it('an image of a compression that is not read is refused by its name', async () => {
  const copy = await copyOf('v2.zarr');
  const path = join(copy, 'images/he/s0/.zarray');
  const array = JSON.parse(await readFile(path, 'utf8')) as { compressor: unknown };
  await writeFile(path, JSON.stringify({ ...array, compressor: { id: 'bz2', level: 9 } }));
  const image = await readImageSize(join(copy, 'images/he'));
  expect(await messageOf(decodeImage(image))).toMatch(/images\/he: needed chunks compressed with blosc, .*bz2/);
});

async function copyOf(name: string): Promise<string> {
  const copy = join(await mkdtemp(join(tmpdir(), 'spotbench-spatialdata-')), name);
  await cp(join(FOLDER, name), copy, { recursive: true });
  return copy;
}

interface Transformation {
  type: string;
  scale?: number[];
  affine?: number[][];
  translation?: number[];
  output: { name: string };
}

/** A copy of the store with other transformations of its shapes. */
async function withShapes(change: (transformations: Transformation[]) => void): Promise<string> {
  const copy = await copyOf('v2.zarr');
  const path = join(copy, 'shapes/spots/.zattrs');
  const attrs = JSON.parse(await readFile(path, 'utf8')) as { coordinateTransformations: Transformation[] };
  change(attrs.coordinateTransformations);
  await writeFile(path, JSON.stringify(attrs));
  return copy;
}

describe('transformations of a SpatialData store', () => {
  const said = async (change: (transformations: Transformation[]) => void) =>
    messageOf(readSpatialDataSection(sourceIn(await withShapes(change))));

  it('are refused by name where they are of a kind that is not read, or not numbers', async () => {
    expect(await said(([first]) => (first.type = 'mapAxis'))).toMatch(/type "mapAxis", which is not read/);
    expect(await said(([first]) => (first.affine![0][1] = null as never))).toContain('needed 3 numbers');
    expect(await said((all) => all.splice(0))).toContain('needed coordinateTransformations');
  });

  it('are refused where they do not lead to the image, or to several places in it', async () => {
    expect(await said((all) => all.splice(0, 2))).toMatch(
      /no coordinate system in common with .*images\/he \(elsewhere; slide, further, own\)/,
    );
    expect(await said(([first]) => (first.affine![0][2] += 1.1))).toMatch(
      /coordinate systems slide and further lead to different pixels/,
    );
    expect(await said(([first]) => (first.affine![0][2] += 0.9))).toBe('no error');
  });

  it('need the shapes, and a table of them alone', async () => {
    const source = sourceIn(join(FOLDER, 'v2.zarr'));
    const { shapesPath, ...without } = source;
    expect(await messageOf(readSpatialDataSection(without))).toContain(
      'name the shapes of the spots under files, shapes',
    );
    const others = { ...source, shapesPath: shapesPath.replace('spots', 'cells') };
    expect(await messageOf(readSpatialDataSection(others))).toContain(
      'needed a table of cells alone, found one of spots',
    );
  });
});
