import { cropInto } from '../images/crop.ts';
import type { RgbImage } from '../images/decode-image.ts';
import { resizeSquare } from '../images/resize.ts';
import { wholeOf } from './rectangle.ts';
import type { Rectangle } from './rectangle.ts';

/** An image around one place in it. */
export interface Scene {
  readonly image: RgbImage;
  /** The part of it that shows the section: pixels beyond the edge of the slide are not measured. */
  readonly inside: Rectangle;
  readonly x: number;
  readonly y: number;
}

/**
 * How squares of `sidePx` and as much again around them are seen at `sizePx`: the image itself where the two agree, else a
 * crop of twice the side, resized. The crop's memory is used again for the next place.
 */
export function magnifier(
  image: RgbImage,
  { sidePx, sizePx }: { sidePx: number; sizePx: number },
): (x: number, y: number) => Scene {
  if (sidePx === sizePx) return (x, y) => ({ image, inside: wholeOf(image), x, y });
  const [from, to] = [2 * sidePx, 2 * sizePx];
  const crop = new Uint8Array(from * from * 3);
  return (x, y) => {
    cropInto(crop, image, x, y, from);
    const along = (place: number, length: number): [number, number] => untouched(place - sidePx, length, from, to);
    const [left, right] = along(x, image.widthPx);
    const [top, bottom] = along(y, image.heightPx);
    return {
      image: { widthPx: to, heightPx: to, pixels: resizeSquare(crop, from, to) },
      inside: { left, top, right, bottom },
      x: sizePx,
      y: sizePx,
    };
  };
}

/**
 * First and end of the resized pixels that no pixel beyond the image went into, along one axis: the crop begins at `start` of
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
