import { SpotbenchError } from '@spotbench/core';
import { shapeText, sizeOf } from '../host-shape.ts';

/** Inputs feeding one output of a weight [out, in] or [out, in, kh, kw]. @throws on a shape with fewer than two sides. */
export function fanIn(shape: readonly number[]): number {
  requireWeight(shape);
  return sizeOf(shape.slice(1));
}

/** Outputs fed by one input of a weight [out, in] or [out, in, kh, kw]. @throws on a shape with fewer than two sides. */
export function fanOut(shape: readonly number[]): number {
  requireWeight(shape);
  return shape[0] * sizeOf(shape.slice(2));
}

function requireWeight(shape: readonly number[]): void {
  if (shape.length >= 2) return;
  throw new SpotbenchError(
    'bad-config',
    `initialiser: fan needs a weight of shape [out, in, ...], got ${shapeText(shape)}; use uniform for a vector`,
  );
}
