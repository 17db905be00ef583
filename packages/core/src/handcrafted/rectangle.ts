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

/** The part inside an image of the square whose pixel (sidePx / 2, sidePx / 2) is (x, y). */
export function squareInside(
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  x: number,
  y: number,
  sidePx: number,
): Rectangle {
  return {
    left: Math.max(0, x - sidePx / 2),
    top: Math.max(0, y - sidePx / 2),
    right: Math.min(widthPx, x + sidePx / 2),
    bottom: Math.min(heightPx, y + sidePx / 2),
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
