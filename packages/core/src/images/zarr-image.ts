import type { Array as ZarrArray, Chunk } from 'zarrita';
import { z } from 'zod';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { MOST_PIXELS, undecodable } from './image-size.ts';
import { openZarrFolder } from './load-zarrita.ts';
import type { Region, RegionReader } from './region-reader.ts';

/** An image of a zarr folder, at full resolution. */
export interface ZarrImage extends RegionReader {
  readonly widthPx: number;
  readonly heightPx: number;
}

type Uint8Chunk = Chunk<'uint8'>;

/** Decoded chunks that are kept: a row of usual chunks (4,096 x 4,096) of a slide of 40,000 pixels. */
const KEPT_BYTES = 2 ** 29;
const AXES = ['c', 'y', 'x'];

/**
 * Opens an image of a SpatialData store (`<store>.zarr/images/<name>`: OME-NGFF, zarr 2 or 3) for reading rectangles of its
 * highest resolution. Only chunks that a rectangle touches are decoded, and at most 512 MB of them kept. Grey becomes RGB, an
 * alpha channel is dropped; a chunk that is not there is of the array's fill value, as zarr has it.
 * @throws SpotbenchError `bad-data` when it is not such an image, `unsupported` for other axes than c, y, x, other numbers than
 * uint8, other channels than 1, 3 or 4, a first resolution that is not of the image's own scale, or another compression.
 */
export async function openZarrImage(path: string): Promise<ZarrImage> {
  const pixels = await openPixels(path).catch((cause: unknown) => {
    throw cause instanceof SpotbenchError ? cause : undecodable(path, 'needed an image of a zarr folder', cause);
  });
  const [channels, heightPx, widthPx] = pixels.shape;
  const chunks = keptChunks(pixels);
  return {
    widthPx,
    heightPx,
    async read(region) {
      const out = new Uint8Array(region.width * region.height * 3);
      try {
        for (const at of chunksOf(region, pixels.chunks, Math.min(channels, 3)))
          copyChunk(await chunks(at), at, pixels.chunks, { region, out, channels });
      } catch (cause) {
        if (cause instanceof Error && cause.name === 'UnknownCodecError')
          throw unsupported(path, 'chunks compressed with blosc, zstd, lz4, gzip or zlib', cause.message);
        const { left, top, width, height } = region;
        throw undecodable(path, `needed ${width} x ${height} pixels at (${left}, ${top})`, cause);
      }
      return out;
    },
    close: () => Promise.resolve(),
  };
}

/** What the metadata of an image says, in zarr 2, and in zarr 3 below `ome`. */
const multiscaleSchema = z.object({
  axes: z.array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])),
  datasets: z
    .array(
      z.object({
        path: z.string(),
        coordinateTransformations: z.array(z.object({ scale: z.array(z.number()).optional() })).optional(),
      }),
    )
    .min(1),
});
const attributesSchema = z
  .union([
    z.object({ ome: z.object({ multiscales: z.array(multiscaleSchema).min(1) }) }).transform(({ ome }) => ome),
    z.object({ multiscales: z.array(multiscaleSchema).min(1) }),
  ])
  .transform(({ multiscales }) => multiscales[0]);
const sizesSchema = z.array(z.int().positive()).length(3);

async function openPixels(path: string): Promise<ZarrArray<'uint8'>> {
  const { zarr, root } = await openZarrFolder(path);
  const group = await zarr.open(root, { kind: 'group' });
  const metadata = attributesSchema.safeParse(group.attrs);
  if (!metadata.success) throw new Error('no multiscales in its metadata');
  const { axes, datasets } = metadata.data;
  const [first] = datasets;
  if (axes.join() !== AXES.join()) throw unsupported(path, `axes ${AXES.join(', ')}`, axes.join(', ') || 'none');
  if (first.coordinateTransformations?.some(({ scale }) => scale?.some((factor) => factor !== 1) ?? true))
    throw unsupported(path, 'a first resolution of scale 1', 'another');
  const pixels = await zarr.open(group.resolve(first.path), { kind: 'array' });
  if (pixels.dtype !== 'uint8') throw unsupported(path, 'numbers of uint8', pixels.dtype);
  if (!sizesSchema.safeParse(pixels.shape).success || !sizesSchema.safeParse(pixels.chunks).success)
    throw new Error('its shape and chunks are not three whole numbers each');
  const [channels, heightPx, widthPx] = pixels.shape;
  if (![1, 3, 4].includes(channels)) throw unsupported(path, '1, 3 or 4 channels', `${channels}`);
  if (heightPx * widthPx > MOST_PIXELS)
    throw unsupported(path, `at most ${MOST_PIXELS} pixels`, `${heightPx * widthPx}`);
  return pixels as unknown as ZarrArray<'uint8'>;
}

function unsupported(path: string, needed: string, found: string): SpotbenchError {
  return new SpotbenchError(
    'unsupported',
    `${path}: needed ${needed}, found ${found}; save the image as a tiff and name that instead`,
  );
}

type ChunkPlace = readonly [c: number, y: number, x: number];

/** Decodes chunks, and keeps those asked for last. */
function keptChunks(pixels: ZarrArray<'uint8'>): (at: ChunkPlace) => Promise<Uint8Chunk> {
  const most = Math.max(1, Math.floor(KEPT_BYTES / pixels.chunks.reduce((product, n) => product * n, 1)));
  const kept = new Map<string, Promise<Uint8Chunk>>();
  return (at) => {
    const key = at.join();
    const chunk = kept.get(key) ?? decoded(pixels, at);
    kept.delete(key);
    kept.set(key, chunk);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return chunk;
  };
}

async function decoded(pixels: ZarrArray<'uint8'>, at: ChunkPlace): Promise<Uint8Chunk> {
  const chunk = await pixels.getChunk([...at]);
  const needed = pixels.chunks.reduce((product, n) => product * n, 1);
  if (chunk.data.length === needed) return chunk;
  throw new Error(`chunk ${at.join('/')}: needed ${needed} bytes, found ${chunk.data.length}`);
}

function* chunksOf(region: Region, [deep, high, wide]: readonly number[], channels: number): Iterable<ChunkPlace> {
  const { left, top, width, height } = region;
  for (let y = Math.floor(top / high); y * high < top + height; y++)
    for (let x = Math.floor(left / wide); x * wide < left + width; x++)
      for (let c = 0; c * deep < channels; c++) yield [c, y, x];
}

/** Copies what of a chunk is in the region to its channels of `out`. [height, width, 3] */
function copyChunk(
  { data, stride }: Uint8Chunk,
  at: ChunkPlace,
  [deep, high, wide]: readonly number[],
  { region: { left, top, width, height }, out, channels }: { region: Region; out: Uint8Array; channels: number },
): void {
  const [firstC, firstY, firstX] = [at[0] * deep, at[1] * high, at[2] * wide];
  const [fromX, toX] = [Math.max(left, firstX), Math.min(left + width, firstX + wide)];
  for (let c = 0; c < 3; c++) {
    const source = (channels === 1 ? 0 : c) - firstC;
    if (source < 0 || source >= deep) continue;
    for (let y = Math.max(top, firstY); y < Math.min(top + height, firstY + high); y++) {
      let from = source * stride[0] + (y - firstY) * stride[1] + (fromX - firstX) * stride[2];
      let to = ((y - top) * width + fromX - left) * 3 + c;
      for (let x = fromX; x < toX; x++, from += stride[2], to += 3) out[to] = data[from];
    }
  }
}
