import type { Ranking } from '../../report/board-schema.ts';

/** The gene set that a ranking is ordered by: the named one, or the first it has. */
export function rankedSet({ rankedBy, sets }: Pick<Ranking, 'rankedBy' | 'sets'>): string {
  const named = rankedBy.replace(/^PCC on /, '');
  return sets.includes(named) ? named : sets[0];
}

/** The widest gene set of a ranking: every predicted gene where it is scored. */
export function widestSet({ sets }: Pick<Ranking, 'sets'>): string {
  return sets.includes('all') ? 'all' : sets[sets.length - 1];
}
