import type { LossPoint } from '../numbers/loss-curve.ts';
import type { Plot } from './render-plot.ts';

/** Training loss by epoch, one line a fold. */
export function lossPlot(
  id: string,
  runs: readonly { readonly fold: number; readonly points: readonly LossPoint[] }[],
): Plot {
  const ends = runs.map(({ fold, points }) => `fold ${fold} ${points.at(-1)!.loss.toPrecision(3)}`);
  return {
    id,
    title: 'Training loss',
    description: `One line a fold. Loss of the last epoch: ${ends.join(', ')}.`,
    spec: {
      width: 290,
      height: 190,
      data: { values: runs.flatMap(({ fold, points }) => points.map((p) => ({ fold, epoch: p.epoch, loss: p.loss }))) },
      mark: {
        type: 'line',
        color: '#1f5a94',
        strokeWidth: 1.2,
        opacity: 0.75,
        point: runs.some((r) => r.points.length === 1),
      },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { tickMinStep: 1, tickCount: 6 } },
        y: { field: 'loss', type: 'quantitative', title: 'loss', scale: { zero: false } },
        detail: { field: 'fold', type: 'nominal' },
      },
    },
  };
}
