import { distance } from 'fastest-levenshtein';
import { SpotbenchError } from './spotbench-error.ts';

/** The known names nearest to `name` by edit distance, best first, at most `most`, none farther than half its length. */
export function nearestNames(name: string, known: readonly string[], most = 3): string[] {
  const reach = Math.max(2, Math.ceil(name.length / 2));
  return known
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= reach)
    .sort((a, b) => a.far - b.far || a.candidate.localeCompare(b.candidate, 'en'))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The error for a name that is not known, in one line: `unknown method "mclstexq"; did you mean "mclstexp"?` */
export function unknownName(kind: string, name: string, known: readonly string[]): SpotbenchError {
  const near = nearestNames(name, known);
  const hint =
    near.length > 0
      ? `did you mean ${near.map((n) => `"${n}"`).join(' or ')}?`
      : `known: ${[...known].sort().join(', ') || 'none'}`;
  return new SpotbenchError('unknown-name', `unknown ${kind} "${name}"; ${hint}`);
}

/** `table[name]`, or the error that lists the nearest names. */
export function lookUp<T>(kind: string, name: string, table: Readonly<Record<string, T>>): T {
  const value = Object.hasOwn(table, name) ? table[name] : undefined;
  if (value === undefined) throw unknownName(kind, name, Object.keys(table));
  return value;
}
