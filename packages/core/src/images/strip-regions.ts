import type { GeoTIFF, GeoTIFFImage } from 'geotiff';
import type { SectionImage } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { areSmall, openCompressedStrips } from './compressed-strips.ts';
import { undecodable } from './image-size.ts';
import { openPlainStrips } from './plain-strips.ts';
import type { RegionReader } from './region-reader.ts';
import type { StripTable } from './strip-table.ts';

/** TIFF's numbers for compressions without loss: none, LZW, deflate (both numbers of it). */
const NONE = 1;
const LOSSLESS = [NONE, 5, 8, 32946];
const GREY = 1;
const RGB = 2;
/** Colours that are stored multiplied by alpha; libvips divides them again. */
const ASSOCIATED_ALPHA = 1;

/**
 * Opens a tiff whose rows are stored in strips without loss, 8 bit, grey, RGB or RGBA, none of more than 256 MB where they are
 * compressed, for reading rectangles; of any other tiff says whether it is stored in tiles. Libvips would decode all strips,
 * from the top, for every rectangle.
 * @throws SpotbenchError `bad-data` when it is not a tiff.
 */
export async function openStrips(image: SectionImage): Promise<RegionReader | 'tiles' | 'other strips'> {
  const { fromFile } = await import('geotiff');
  const tiff = await guarded(image.path, 'needed a tiff', () => fromFile(image.path));
  const page = await guarded(image.path, 'needed a tiff', () => tiff.getImage(0)).catch(async (error: unknown) => {
    await closeTiff(tiff);
    throw error;
  });
  const compression = tag(page, 'Compression') ?? NONE;
  if (page.isTiled || !LOSSLESS.includes(compression) || !isEightBit(page) || page.planarConfiguration !== 1) {
    await closeTiff(tiff);
    return page.isTiled ? 'tiles' : 'other strips';
  }
  const strips = await guarded(image.path, 'needed strips', () => stripTable(page, compression)).finally(() =>
    closeTiff(tiff),
  );
  if (compression === NONE) return openPlainStrips(strips, image.path);
  return areSmall(strips) ? openCompressedStrips(strips, image.path) : 'other strips';
}

async function stripTable(page: GeoTIFFImage, compression: number): Promise<StripTable> {
  const numbers = async (name: 'StripOffsets' | 'StripByteCounts'): Promise<number[]> =>
    Array.from((await page.fileDirectory.loadValue(name)) as ArrayLike<number | bigint>, Number);
  const [widthPx, heightPx] = [page.getWidth(), page.getHeight()];
  // Writers of a single strip may give it more rows than the image has.
  const rows = Math.min(page.getTileHeight(), heightPx);
  const [offsets, byteCounts] = [await numbers('StripOffsets'), await numbers('StripByteCounts')];
  const count = Math.ceil(heightPx / rows);
  if (!(rows >= 1) || offsets.length !== count || byteCounts.length !== count)
    throw new Error(
      `needed ${count} strips of ${rows} rows, found ${offsets.length} offsets and ${byteCounts.length} sizes`,
    );
  const predictor = (await page.fileDirectory.loadValue('Predictor')) ?? 1;
  const samples = page.getSamplesPerPixel();
  return { widthPx, heightPx, rows, samples, offsets, byteCounts, compression, predictor };
}

function isEightBit(page: GeoTIFFImage): boolean {
  const samples = page.getSamplesPerPixel();
  const photometric = tag(page, 'PhotometricInterpretation');
  const fourth = (page.fileDirectory.getValue('ExtraSamples') as ArrayLike<number> | undefined)?.[0];
  if (fourth === ASSOCIATED_ALPHA) return false;
  const colours = (photometric === RGB && (samples === 3 || samples === 4)) || (photometric === GREY && samples === 1);
  return colours && Array.from({ length: samples }, (_, s) => page.getBitsPerSample(s)).every((bits) => bits === 8);
}

function tag(page: GeoTIFFImage, name: 'Compression' | 'PhotometricInterpretation'): number | undefined {
  return page.fileDirectory.getValue(name);
}

async function closeTiff(tiff: GeoTIFF): Promise<void> {
  await Promise.resolve(tiff.close());
}

async function guarded<T>(path: string, what: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof SpotbenchError) throw cause;
    throw undecodable(path, what, cause);
  }
}
