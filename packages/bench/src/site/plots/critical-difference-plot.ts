import type { Ranking } from '../../report/board-schema.ts';
import type { Plot } from './render-plot.ts';

/**
 * Average rank of each method over patients, best on top; a bar at the right joins methods that are not told apart. The classic
 * diagram turned by 90 degrees, so that names never overlap.
 */
export function criticalDifferencePlot(id: string, ranking: Ranking): Plot | undefined {
  const found = ranking.criticalDifference;
  if (found === null || found.averageRanks.length < 2) return undefined;
  const { averageRanks, groups, cd, nPatients } = found;
  const worst = Math.max(averageRanks.length, ...averageRanks.map((r) => r.rank));
  const joined = groups.filter((group) => group.length > 1);
  const bars = joined.map((group, g) => ({ first: group[0], last: group.at(-1)!, place: worst + 0.35 * (g + 1) }));
  const order = averageRanks.map((r) => r.name);
  const y = { type: 'nominal', sort: order, title: null, scale: { domain: order } };
  const scale = { domain: [1, worst + 0.35 * (joined.length + 1)], nice: false, zero: false };
  const rank = { type: 'quantitative', scale };
  const ticks = Array.from({ length: Math.floor(worst) }, (_, i) => i + 1);
  return {
    id,
    title: 'Critical-difference diagram',
    description:
      `Average ranks over ${nPatients} patients: ${averageRanks.map((r) => `${r.name} ${r.rank.toFixed(2)}`).join(', ')}. ` +
      `Not told apart: ${joined.map((group) => group.join(', ')).join('; ') || 'none'}.`,
    spec: {
      width: 250,
      height: { step: 22 },
      layer: [
        {
          data: { values: averageRanks },
          mark: { type: 'point', filled: true, size: 60, opacity: 1, color: '#1f5a94' },
          encoding: {
            y: { ...y, field: 'name' },
            x: {
              ...rank,
              field: 'rank',
              title: `average rank over ${nPatients} patients`,
              axis: { values: ticks, format: 'd' },
            },
          },
        },
        ...(cd === null
          ? []
          : [
              {
                data: {
                  values: averageRanks.slice(0, 1).map(({ name, rank: best }) => ({ name, best, end: best + cd })),
                },
                mark: { type: 'rule', strokeWidth: 2, strokeDash: [4, 2], color: '#b34700', clip: true },
                encoding: { y: { ...y, field: 'name' }, x: { ...rank, field: 'best' }, x2: { field: 'end' } },
              },
            ]),
        {
          data: { values: bars },
          mark: { type: 'rule', strokeWidth: 5, strokeCap: 'round', color: '#333' },
          encoding: { x: { ...rank, field: 'place' }, y: { ...y, field: 'first' }, y2: { field: 'last' } },
        },
      ],
    },
  };
}
