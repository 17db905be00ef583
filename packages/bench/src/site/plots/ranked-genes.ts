import { thinned } from '../numbers/loss-curve.ts';
import type { Plot } from './render-plot.ts';

/** Points of the line: more than a reader can tell apart. */
const MOST_POINTS = 150;

/** PCC of every predicted gene, best first, as one falling line; those of `marked` as dots on it. */
export function rankedGenesPlot(
  id: string,
  genes: readonly { gene: string; pcc: number }[],
  marked: readonly string[],
): Plot {
  const placed = genes.map(({ gene, pcc }, i) => ({ gene, pcc, rank: i + 1 }));
  const positive = genes.filter((g) => g.pcc > 0).length;
  return {
    id,
    title: 'PCC of every gene, best first',
    description: `Line of ${genes.length} genes from ${genes[0].pcc.toFixed(2)} (${genes[0].gene}) to ${genes.at(-1)!.pcc.toFixed(2)} (${genes.at(-1)!.gene}); ${positive} above 0. Dots are marker genes.`,
    spec: {
      width: 290,
      height: 190,
      layer: [
        { data: { values: [{}] }, mark: { type: 'rule', color: '#888' }, encoding: { y: { datum: 0 } } },
        {
          data: { values: thinned(placed, MOST_POINTS).map(({ rank, pcc }) => ({ rank, pcc })) },
          mark: { type: 'line', color: '#1f5a94', strokeWidth: 1.5 },
          encoding: {
            x: {
              field: 'rank',
              type: 'quantitative',
              title: 'gene by rank',
              scale: { domain: [1, Math.max(2, genes.length)], nice: false },
              axis: { tickCount: 5 },
            },
            y: { field: 'pcc', type: 'quantitative', title: 'PCC, mean over patients' },
          },
        },
        {
          data: { values: placed.filter(({ gene }) => marked.includes(gene)) },
          mark: { type: 'point', filled: true, color: '#b34700', size: 30, opacity: 1 },
          encoding: { x: { field: 'rank', type: 'quantitative' }, y: { field: 'pcc', type: 'quantitative' } },
        },
      ],
    },
  };
}
