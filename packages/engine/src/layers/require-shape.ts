import { SpotbenchError } from '@spotbench/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** @throws SpotbenchError `bad-config`, naming the layer, unless the last axis of `x` has `width` elements. */
export function requireLastAxis(layer: string, x: Tensor, width: number): void {
  if (x.shape.at(-1) === width) return;
  throw new SpotbenchError(
    'bad-config',
    `${layer}: the input must be [..., ${width}], got [${x.shape.join(', ')}]; check the widths of the layers around it`,
  );
}

/** @throws SpotbenchError `bad-config`, naming `what`, unless `x` has `rank` axes. */
export function requireRank(what: string, x: Tensor, rank: number): void {
  if (x.rank === rank) return;
  throw new SpotbenchError('bad-config', `${what}: needs ${rank} axes, got [${x.shape.join(', ')}]`);
}
