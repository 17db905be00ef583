import { fixed } from '../../report/format.ts';
import type { Ranking } from '../../report/board-schema.ts';
import type { Plot } from './render-plot.ts';

/** PCC of every row on one set with its 95 % interval, best first. The oracle would take most of the width and is left out. */
export function intervalPlot(id: string, { rows, dataset }: Ranking, set: string): Plot | undefined {
  const values = rows.flatMap(({ method, kind, scores }) => {
    const number = scores[set]?.pcc;
    if (method === 'oracle' || number?.value === null || number?.value === undefined) return [];
    const [low, high] = number.ci ?? [number.value, number.value];
    return [{ method, kind, pcc: number.value, low, high }];
  });
  if (values.length === 0) return undefined;
  const y = { field: 'method', type: 'nominal', sort: values.map((v) => v.method), title: null };
  const kinds = { domain: ['method', 'control'], range: ['#1f5a94', '#777'] };
  return {
    id,
    title: `PCC on ${set} with 95 % intervals`,
    description: `${dataset}: ${values.map((v) => `${v.method} ${fixed(v.pcc)} [${fixed(v.low)}, ${fixed(v.high)}]`).join(', ')}.`,
    spec: {
      width: 220,
      height: { step: 20 },
      data: { values },
      layer: [
        { data: { values: [{}] }, mark: { type: 'rule', color: '#aaa' }, encoding: { x: { datum: 0 } } },
        {
          mark: { type: 'rule', strokeWidth: 1.5 },
          encoding: {
            y,
            x: { field: 'low', type: 'quantitative', title: `PCC on ${set}`, axis: { tickCount: 5 } },
            x2: { field: 'high' },
            color: { field: 'kind', type: 'nominal', title: null, scale: kinds, legend: { orient: 'top' } },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 50, opacity: 1 },
          encoding: {
            y,
            x: { field: 'pcc', type: 'quantitative' },
            color: { field: 'kind', type: 'nominal', scale: kinds },
            shape: {
              field: 'kind',
              type: 'nominal',
              title: null,
              scale: { domain: ['method', 'control'], range: ['circle', 'square'] },
            },
          },
        },
      ],
    },
  };
}
