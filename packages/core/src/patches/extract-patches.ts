import { SpotbenchError } from '../errors/spotbench-error.ts';
import { openRegions, type RegionReader } from '../images/region-reader.ts';
import { createResizer, resizeSquare } from '../images/resize.ts';
import { BAND_ROWS, createBandWindow } from './band-window.ts';
import type { PatchSlide } from './patch-slide.ts';
import { fieldOfView, type PatchView } from './patch-view.ts';

/** A patch as it is cut. */
export interface ExtractedPatch {
  readonly view: PatchView;
  /** Row of the spot; 0 for the patch of a whole slide. */
  readonly row: number;
  /** [sizePx, sizePx, 3] */
  readonly pixels: Uint8Array;
}

/** What a patch shows: the square of `fieldPx` pixels of the slide with its corner at (left, top). */
interface Field {
  readonly view: PatchView;
  readonly row: number;
  readonly left: number;
  readonly top: number;
  readonly fieldPx: number;
}

/** What the rows of one field may fill across the slide. */
const LARGEST_WINDOW_BYTES = 2 ** 28;

/**
 * Cuts the patches of all views out of a slide, as `createPatchReader` does, in one pass from its top to its bottom: what is in
 * memory is a window of the rows that the largest field of view needs (at most `largestWindowBytes`, by default 256 MB, and two
 * bands of 256 rows). Fields too large for that, such as the whole slide, are read one by one and made smaller row by row, to
 * the same pixels. Patches come in the order in which they are done.
 * @throws SpotbenchError as `openRegions` does, and `bad-data` for a spot without a position.
 */
export async function* extractPatches(
  slide: PatchSlide,
  views: readonly PatchView[],
  { largestWindowBytes = LARGEST_WINDOW_BYTES } = {},
): AsyncGenerator<ExtractedPatch> {
  const fields = views.flatMap((view) => fieldsOf(slide, view)).sort((a, b) => a.top - b.top);
  const fits = ({ fieldPx }: Field): boolean =>
    Math.min(fieldPx, slide.image.heightPx) * slide.image.widthPx * 3 <= largestWindowBytes;
  const regions = await openRegions(slide.image);
  try {
    yield* cutInOnePass(regions, slide, fields.filter(fits));
    for (const field of fields.filter((field) => !fits(field))) {
      yield { view: field.view, row: field.row, pixels: await cutRowByRow(regions, slide, field) };
    }
  } finally {
    await regions.close();
  }
}

function fieldsOf(slide: PatchSlide, view: PatchView): Field[] {
  const fieldPx = fieldOfView(view, slide);
  const half = Math.floor(fieldPx / 2);
  const { widthPx, heightPx } = slide.image;
  const centres = view.wholeSlide ? [[widthPx / 2, heightPx / 2]] : spotCentres(slide);
  return centres.map(([x, y], row) => ({
    view,
    row,
    left: Math.floor(x) - half,
    top: Math.floor(y) - half,
    fieldPx,
  }));
}

function spotCentres({ id, spots }: PatchSlide): number[][] {
  return spots.ids.map((spot, row) => {
    const [x, y] = [spots.pixelX[row], spots.pixelY[row]];
    if (!Number.isFinite(x) || !Number.isFinite(y))
      throw new SpotbenchError(
        'bad-data',
        `section ${id}: needed the pixel position of spot ${spot}, found (${x}, ${y}); check its positions file`,
      );
    return [x, y];
  });
}

async function* cutInOnePass(
  regions: RegionReader,
  { image }: PatchSlide,
  fields: readonly Field[],
): AsyncGenerator<ExtractedPatch> {
  const columns = fields.reduce(
    ({ from, to }, { left, fieldPx }) => ({ from: Math.min(from, left), to: Math.max(to, left + fieldPx) }),
    { from: image.widthPx, to: 0 },
  );
  const window = createBandWindow(regions, image, {
    from: Math.max(0, columns.from),
    to: Math.min(image.widthPx, columns.to),
  });
  for (const { view, row, left, top, fieldPx } of fields) {
    await window.moveTo(top, top + fieldPx);
    const crop = new Uint8Array(fieldPx * fieldPx * 3);
    window.crop(crop, left, top, fieldPx);
    yield { view, row, pixels: fieldPx === view.sizePx ? crop : resizeSquare(crop, fieldPx, view.sizePx) };
  }
}

/** The patch of one field: a band of rows at a time, each narrowed to the patch's width before the next is read. */
async function cutRowByRow(regions: RegionReader, { image }: PatchSlide, field: Field): Promise<Uint8Array> {
  const { left, top, fieldPx, view } = field;
  const { narrow, shorten } = createResizer(fieldPx, view.sizePx);
  const from = Math.max(0, left);
  const width = Math.min(image.widthPx, left + fieldPx) - from;
  const narrowed = new Uint8Array(fieldPx * view.sizePx * 3);
  const end = Math.min(image.heightPx, top + fieldPx);
  for (let y = Math.max(0, top); y < end && width > 0; y += BAND_ROWS) {
    const lines = Math.min(BAND_ROWS, end - y);
    const band = await regions.read({ left: from, top: y, width, height: lines });
    const rows = new Uint8Array(lines * fieldPx * 3);
    for (let line = 0; line < lines; line++) {
      rows.set(band.subarray(line * width * 3, (line + 1) * width * 3), (line * fieldPx + from - left) * 3);
    }
    narrowed.set(narrow(rows, lines), (y - top) * view.sizePx * 3);
  }
  return shorten(narrowed);
}
