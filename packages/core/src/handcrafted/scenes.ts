import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import type { RgbImage } from '../images/decode-image.ts';
import { extractSquares } from '../patches/extract-squares.ts';
import type { Rectangle } from './rectangle.ts';

/** The surroundings of one place in a section's image. */
export interface Scene {
  /** Which place. */
  readonly row: number;
  readonly image: RgbImage;
  /** The part of it that shows the section: pixels beyond the edge of the slide are not measured. */
  readonly inside: Rectangle;
  /** Pixel of the place, along both axes. */
  readonly middle: number;
}

/** Squares of `sidePx` around the places, and as much again around them, seen at `sizePx`; in the order in which they are read. */
export async function* scenesOf(
  image: SectionImage,
  centres: Spots,
  { sidePx, sizePx }: { sidePx: number; sizePx: number },
): AsyncGenerator<Scene> {
  const [from, to] = [2 * sidePx, 2 * sizePx];
  const along = (place: number, length: number): [number, number] =>
    untouched(Math.floor(place) - sidePx, length, from, to);
  for await (const { row, pixels } of extractSquares(image, centres, { fieldPx: from, sizePx: to })) {
    const [left, right] = along(centres.pixelX[row], image.widthPx);
    const [top, bottom] = along(centres.pixelY[row], image.heightPx);
    const inside = { left, top, right, bottom };
    yield { row, image: { widthPx: to, heightPx: to, pixels }, inside, middle: sizePx };
  }
}

/**
 * First and end of the resized pixels that no pixel beyond the image went into, along one axis: the square begins at `start` of
 * an image that is `length` long. The filter reaches one source or one target pixel far, whichever is wider.
 */
function untouched(start: number, length: number, from: number, to: number): [first: number, end: number] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  const low = Math.max(0, -start);
  const high = Math.min(from, length - start);
  const first = low === 0 ? 0 : Math.ceil((low - 0.5 + reach) / scale - 0.5);
  const end = high === from ? to : Math.floor((high + 0.5 - reach) / scale - 0.5) + 1;
  return [first, end];
}
