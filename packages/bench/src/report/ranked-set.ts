/** Methods are ordered by PCC on this set: genes that vary are those worth predicting. Every other set stands beside it. */
const RANKED_BY = 'HVG-50';

/** The gene set that a ranking with these sets is ordered by; the first where the usual one is not among them. */
export function rankedSet(sets: readonly string[]): string {
  return sets.includes(RANKED_BY) ? RANKED_BY : sets[0];
}

/** The widest gene set of a ranking: every predicted gene where it is scored. */
export function widestSet(sets: readonly string[]): string {
  return sets.includes('all') ? 'all' : sets[sets.length - 1];
}
