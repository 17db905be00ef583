import { fixed } from '../../report/format.ts';
import type { Board } from '../../report/board-schema.ts';
import type { Plot } from './render-plot.ts';

type Gap = Board['gaps'][number];

/** Near 1 under both protocols: it would take most of the width. */
const LEFT_OUT = 'oracle';

/** PCC when whole patients are left out and when single sections are, joined by a line: its length is the gap. */
export function gapPlot(id: string, gaps: readonly Gap[]): Plot {
  const known = gaps
    .filter((g) => g.gap !== null && g.method !== LEFT_OUT)
    .sort((a, b) => b.gap! - a.gap! || (a.method < b.method ? -1 : 1));
  const order = known.map((g) => g.method);
  const y = { field: 'method', type: 'nominal', sort: order, title: null };
  const points = known.flatMap((g) => [
    { method: g.method, protocol: 'patient-out', pcc: g.patientOut },
    { method: g.method, protocol: 'slide-out', pcc: g.slideOut },
  ]);
  return {
    id,
    title: `Leakage gap on ${known[0]?.set ?? ''}`,
    description: `slide-out minus patient-out PCC: ${known.map((g) => `${g.method} ${fixed(g.gap)}`).join(', ')}.`,
    spec: {
      width: 220,
      height: { step: 20 },
      layer: [
        {
          data: { values: known.map(({ method, patientOut, slideOut }) => ({ method, patientOut, slideOut })) },
          mark: { type: 'rule', color: '#777', strokeWidth: 2 },
          encoding: {
            y,
            x: { field: 'patientOut', type: 'quantitative', title: 'PCC', axis: { tickCount: 5 } },
            x2: { field: 'slideOut' },
          },
        },
        {
          data: { values: points },
          mark: { type: 'point', filled: true, size: 60, opacity: 1 },
          encoding: {
            y,
            x: { field: 'pcc', type: 'quantitative' },
            color: {
              field: 'protocol',
              type: 'nominal',
              title: null,
              scale: { domain: ['patient-out', 'slide-out'], range: ['#1f5a94', '#d1720a'] },
              legend: { orient: 'top' },
            },
            shape: {
              field: 'protocol',
              type: 'nominal',
              title: null,
              scale: { domain: ['patient-out', 'slide-out'], range: ['circle', 'square'] },
            },
          },
        },
      ],
    },
  };
}
