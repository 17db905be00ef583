import type { Area } from '../smooth-field.ts';

/** Optical densities of the two dyes, pixel by pixel, before they become colours. Row-major. [height, width] each */
export interface TissueCanvas extends Area {
  readonly haematoxylin: Float32Array;
  readonly eosin: Float32Array;
}

/** Bare glass. */
export function blankCanvas({ width, height }: Area): TissueCanvas {
  return {
    width,
    height,
    haematoxylin: new Float32Array(width * height),
    eosin: new Float32Array(width * height),
  };
}

/** An ellipse: centre, half axes in pixels, direction of the first axis in radians. */
export interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly angle: number;
}

/**
 * Visits the pixels of an ellipse enlarged by half: `paint(index, q, x, y)`, q being 1 on its border and 0 at its centre.
 */
export function forEachPixel(
  { width, height }: Area,
  { x, y, a, b, angle }: Ellipse,
  paint: (at: number, q: number, x: number, y: number) => void,
): void {
  const reach = 1.5 * Math.max(a, b);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const top = Math.max(0, Math.ceil(y - reach));
  const bottom = Math.min(height - 1, Math.floor(y + reach));
  const left = Math.max(0, Math.ceil(x - reach));
  const right = Math.min(width - 1, Math.floor(x + reach));
  for (let j = top; j <= bottom; j++) {
    for (let i = left; i <= right; i++) {
      const u = (cos * (i - x) + sin * (j - y)) / a;
      const v = (cos * (j - y) - sin * (i - x)) / b;
      const q = Math.sqrt(u * u + v * v);
      if (q < 1.5) paint(j * width + i, q, i, j);
    }
  }
}

/** 0 below `from`, 1 above `to`, smooth between; falls instead where from > to. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(Math.max((value - from) / (to - from), 0), 1);
  return t * t * (3 - 2 * t);
}
