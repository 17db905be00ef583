/** A rectangle of pixels; `right` and `bottom` are the first column and row beyond it. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Number of pixels. */
export function areaOf({ left, top, right, bottom }: Rectangle): number {
  return (right - left) * (bottom - top);
}

/** True where there is no pixel in it. */
export function isEmpty({ left, top, right, bottom }: Rectangle): boolean {
  return left >= right || top >= bottom;
}

/** All of an image. */
export function wholeOf({ widthPx, heightPx }: { widthPx: number; heightPx: number }): Rectangle {
  return { left: 0, top: 0, right: widthPx, bottom: heightPx };
}

/** The part inside `bounds` of the square whose pixel (floor(sidePx / 2), floor(sidePx / 2)) is (x, y). */
export function squareInside(bounds: Rectangle, x: number, y: number, sidePx: number): Rectangle {
  const left = x - Math.floor(sidePx / 2);
  const top = y - Math.floor(sidePx / 2);
  return {
    left: Math.max(bounds.left, left),
    top: Math.max(bounds.top, top),
    right: Math.min(bounds.right, left + sidePx),
    bottom: Math.min(bounds.bottom, top + sidePx),
  };
}

/** The same rectangle in coordinates whose origin is the corner of `frame`. */
export function relativeTo(frame: Rectangle, { left, top, right, bottom }: Rectangle): Rectangle {
  return {
    left: left - frame.left,
    top: top - frame.top,
    right: right - frame.left,
    bottom: bottom - frame.top,
  };
}
