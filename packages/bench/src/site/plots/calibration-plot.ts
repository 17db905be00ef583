import { fixed } from '../../report/format.ts';
import type { Calibration } from '../numbers/calibration.ts';
import type { Plot } from './render-plot.ts';

type Point = { readonly measured: number; readonly predicted: number };

/** Measured against predicted mean of every gene of the set, with the line of equality. */
export function geneMeansPlot(id: string, set: string, { genes }: Calibration): Plot {
  const above = genes.filter((g) => g.predicted > g.measured).length;
  return {
    id,
    title: `Mean level of ${set} genes`,
    description: `Scatter of ${genes.length} genes, predicted mean across, measured mean up, with the line of equality; ${above} are predicted too high.`,
    spec: scatter(
      genes,
      { x: 'predicted mean', y: 'measured mean', format: '' },
      { type: 'point', filled: true, color: '#1f5a94', opacity: 1, fillOpacity: 0.6, size: 22 },
    ),
  };
}

/** Measured against predicted value in each tenth of the spots by prediction, with the line of equality. */
export function decilesPlot(id: string, { deciles }: Calibration): Plot {
  const [low, high] = [deciles[0], deciles.at(-1)!];
  const predicted = high.predicted - low.predicted;
  return {
    id,
    title: 'Tenths of the spots by prediction',
    description: `From the lowest to the highest tenth the prediction rises by ${fixed(predicted)}, the measurement by ${fixed(high.measured - low.measured)}.`,
    spec: scatter(
      deciles,
      { x: "predicted, less gene's measured mean", y: "measured, less gene's mean", format: '' },
      { type: 'line', color: '#1f5a94', point: { filled: true, color: '#1f5a94', size: 28 } },
    ),
  };
}

function scatter(points: readonly Point[], axis: { x: string; y: string; format: string }, mark: object): object {
  const values = points.flatMap((p) => [p.measured, p.predicted]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || 1) * 0.05;
  const domain = [low - margin, high + margin];
  const scale = { domain, nice: false, zero: false };
  const encoding = {
    x: { field: 'predicted', type: 'quantitative', title: axis.x, scale, axis: { tickCount: 5 } },
    y: { field: 'measured', type: 'quantitative', title: axis.y, scale, axis: { tickCount: 5 } },
    order: { value: null },
  };
  const equality = domain.map((v) => ({ measured: v, predicted: v }));
  return {
    width: 200,
    height: 200,
    layer: [
      { data: { values: equality }, mark: { type: 'line', color: '#888', strokeDash: [4, 3] }, encoding },
      {
        data: { values: points.map(({ measured, predicted }) => ({ measured, predicted })) },
        mark: { ...mark, clip: true },
        encoding,
      },
    ],
  };
}
