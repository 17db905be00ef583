import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { extractPatches } from './extract-patches.ts';

/** The square around one centre. */
export interface ExtractedSquare {
  readonly row: number;
  /** [sizePx, sizePx, 3] */
  readonly pixels: Uint8Array;
}

/**
 * Cuts a square of `fieldPx` of the image around every centre, resized to `sizePx`, as `extractPatches` does: in one pass, in the
 * order in which they are done.
 * @throws SpotbenchError as `extractPatches` does.
 */
export async function* extractSquares(
  image: SectionImage,
  centres: Spots,
  { fieldPx, sizePx }: { fieldPx: number; sizePx: number },
): AsyncGenerator<ExtractedSquare> {
  const views = [{ name: 'square', sizePx, fieldOfViewPx: fieldPx }];
  for await (const { row, pixels } of extractPatches({ id: image.path, image, spots: centres }, views))
    yield { row, pixels };
}
