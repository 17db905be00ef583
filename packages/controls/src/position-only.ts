import type { Fitted, Method, Slide, TrainingData, TrainingSlide } from '@spotbench/core';
import { z } from 'zod';
import { weightedRows } from './shared/weighted-rows.ts';
import type { Matrix } from './shared/matrix.ts';
import { selectOnValidation } from './shared/select.ts';
import { allSections, stackExpression } from './shared/stack.ts';

const configSchema = z.strictObject({
  /** Standard deviation of the kernel in array steps, without validation sections. Ours: a spot and its near neighbours. */
  bandwidth: z.number().positive().default(2),
  /** Bandwidths tried on validation sections. Ours: from single spots to most of a section. */
  bandwidthGrid: z.array(z.number().positive()).min(1).default([0.5, 1, 2, 4, 8]),
});
type PositionConfig = z.infer<typeof configSchema>;

/**
 * Never sees an image: ŷ at array position p is the mean of all training spots, weighted by exp(-|p - q|² / 2h²) with q
 * their array positions in their own sections. The bandwidth h has the highest mean per-gene Pearson r on the validation
 * sections; prediction then uses training and validation sections. What sections of one patient share by lying in the same
 * frame; a split that lets this control score leaks.
 * @throws SpotbenchError `bad-data` when there is no training spot.
 */
export const method: Method<PositionConfig> = {
  name: 'position-only',
  version: '1',
  title: 'Position only: Gaussian smoother over the array',
  deterministic: true,
  configSchema,
  fit: async (data, { config }) => Promise.resolve(fitSmoother(data, config)),
};

function fitSmoother(data: TrainingData, { bandwidth, bandwidthGrid }: PositionConfig): Fitted {
  const choice = selectOnValidation(
    { name: 'bandwidth', grid: bandwidthGrid, fallback: bandwidth },
    data.validation,
    smoothers(data.train, data.genes),
  );
  const predict = smoothers(allSections(data), data.genes)(choice.value);
  return {
    predict: async (slide) => Promise.resolve(predict(slide)),
    selectedBy: choice.selectedBy,
    parameterCount: 1,
  };
}

function smoothers(
  slides: readonly TrainingSlide[],
  genes: readonly string[],
): (bandwidth: number) => (slide: Slide) => Float32Array {
  const expression = stackExpression('position-only', slides, genes);
  const places = positions(slides);
  return (bandwidth) => (slide) => smooth(expression, places, positions([slide]), bandwidth);
}

/** Array coordinates of all spots, one below the other. [N, 2] */
function positions(slides: readonly Slide[]): Float64Array {
  return Float64Array.from(
    slides.flatMap(({ spots }) => spots.ids.flatMap((_, i) => [spots.arrayX[i], spots.arrayY[i]])),
  );
}

function smooth(expression: Matrix, from: Float64Array, to: Float64Array, bandwidth: number): Float32Array {
  return weightedRows(expression, to.length / 2, (spot, weights) => {
    const [x, y] = [to[2 * spot], to[2 * spot + 1]];
    let nearest = Infinity;
    for (let n = 0; n < weights.length; n++) {
      weights[n] = (from[2 * n] - x) ** 2 + (from[2 * n + 1] - y) ** 2;
      nearest = Math.min(nearest, weights[n]);
    }
    // Distances are taken beyond the nearest one: the weights keep their ratios, and far from all spots not all vanish.
    for (let n = 0; n < weights.length; n++) weights[n] = Math.exp(-(weights[n] - nearest) / (2 * bandwidth ** 2));
  });
}
