import { expect, it } from 'vitest';
import { areaOf, isEmpty, relativeTo, squareInside, wholeOf } from './rectangle.ts';

const image = wholeOf({ widthPx: 600, heightPx: 500 });

it('centres a square so that pixel (side / 2, side / 2) is the spot, as patches are cut', () => {
  expect(squareInside(image, 300, 200, 112)).toEqual({ left: 244, top: 144, right: 356, bottom: 256 });
});

it('keeps the part inside the image', () => {
  const corner = squareInside(image, 599, 0, 224);
  expect(corner).toEqual({ left: 487, top: 0, right: 600, bottom: 112 });
  expect(areaOf(corner)).toBe(113 * 112);
});

it('moves into the coordinates of a frame', () => {
  const frame = squareInside(image, 300, 200, 448);
  expect(relativeTo(frame, squareInside(image, 300, 200, 112))).toEqual({
    left: 168,
    top: 144,
    right: 280,
    bottom: 256,
  });
});

it('puts the one pixel more of an odd square to the right and below, and knows one that lies outside', () => {
  expect(squareInside(image, 300, 200, 37)).toEqual({ left: 282, top: 182, right: 319, bottom: 219 });
  expect(isEmpty(squareInside(image, 599, 499, 37))).toBe(false);
  expect(isEmpty(squareInside(image, 620, 200, 37))).toBe(true);
});
