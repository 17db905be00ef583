import type { GeneOfPatient } from '../numbers/gene-correlations.ts';
import type { Plot } from './render-plot.ts';

/** A box of gene-wise PCC for every patient: quartiles, whiskers to the extremes. */
export function boxPlot(id: string, set: string, values: readonly GeneOfPatient[]): Plot {
  const patients = [...new Set(values.map((v) => v.patient))];
  const medians = patients.map(
    (p) => `${p} ${median(values.filter((v) => v.patient === p).map((v) => v.pcc)).toFixed(2)}`,
  );
  return {
    id,
    title: `PCC of ${set} genes by patient`,
    description: `Box plot. Median PCC over genes by patient: ${medians.join(', ')}.`,
    spec: {
      width: Math.min(290, Math.max(120, 36 * patients.length)),
      height: 190,
      data: { values: values.map(({ patient, pcc }) => ({ patient, pcc })) },
      layer: [
        { data: { values: [{}] }, mark: { type: 'rule', color: '#888' }, encoding: { y: { datum: 0 } } },
        {
          mark: {
            type: 'boxplot',
            extent: 'min-max',
            size: 16,
            color: '#9db8d2',
            median: { color: '#000' },
            rule: { color: '#333' },
          },
          encoding: {
            x: { field: 'patient', type: 'nominal', title: 'test patient', axis: { labelAngle: labelAngle(patients) } },
            y: { field: 'pcc', type: 'quantitative', title: 'PCC of a gene' },
          },
        },
      ],
    },
  };
}

/** Short names lie flat. */
function labelAngle(names: readonly string[]): number {
  return Math.max(...names.map((n) => n.length)) <= 4 ? 0 : -45;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
