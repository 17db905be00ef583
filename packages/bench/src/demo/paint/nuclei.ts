import { forEachPixel, smoothStep } from './canvas.ts';
import type { Ellipse, TissueCanvas } from './canvas.ts';

/** A nucleus: where, how large, and its optical density of haematoxylin. */
export interface Nucleus extends Ellipse {
  readonly darkness: number;
}

/** Draws a nucleus with a soft border and a slightly darker rim, over the eosin of what lies around it. */
export function paintNucleus(canvas: TissueCanvas, nucleus: Nucleus): void {
  const { haematoxylin, eosin } = canvas;
  forEachPixel(canvas, nucleus, (at, q, x, y) => {
    const weight = smoothStep(1.2, 0.8, q);
    if (weight === 0) return;
    // A fixed pattern of light and dark clumps stands for chromatin.
    const clump = 0.2 * Math.sin(1.3 * x + 0.7 * y + nucleus.x) * Math.sin(1.1 * y - 0.5 * x + nucleus.y);
    const value = nucleus.darkness * (0.8 + 0.2 * q + clump);
    haematoxylin[at] += weight * Math.max(0, value - haematoxylin[at]);
    eosin[at] *= 1 - 0.45 * weight;
  });
}
