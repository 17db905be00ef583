import { fixed } from '../../report/format.ts';
import { ROW_KINDS, type Ranking } from '../../report/board-schema.ts';
import type { Plot } from './render-plot.ts';

/** Colour and shape of what was run, what was submitted and what brackets them: told apart without colour too. */
const LOOKS = {
  method: { colour: '#1f5a94', shape: 'circle' },
  submitted: { colour: '#8a3600', shape: 'triangle-up' },
  control: { colour: '#777', shape: 'square' },
};

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
  const kinds = ROW_KINDS.filter((kind) => values.some((v) => v.kind === kind));
  const colours = { domain: kinds, range: kinds.map((kind) => LOOKS[kind].colour) };
  const shapes = { domain: kinds, range: kinds.map((kind) => LOOKS[kind].shape) };
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
            color: { field: 'kind', type: 'nominal', title: null, scale: colours, legend: { orient: 'top' } },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 50, opacity: 1 },
          encoding: {
            y,
            x: { field: 'pcc', type: 'quantitative' },
            color: { field: 'kind', type: 'nominal', scale: colours },
            shape: {
              field: 'kind',
              type: 'nominal',
              title: null,
              scale: shapes,
            },
          },
        },
      ],
    },
  };
}
