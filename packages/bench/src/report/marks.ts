import { holm, MIN_PATIENTS, type Comparison, type PairedDifference } from '@spotbench/core';
import type { BoardRow } from './board-schema.ts';

/** Controls that every method is held against: one that never sees an image, and the simplest one that does. */
const HELD_AGAINST = ['position-only', 'ridge'] as const;

const ALPHA = 0.05;

/**
 * Each method minus each control it is held against, with p corrected over the methods of the table for each control, and the
 * marks that follow. By method name; `all` compares methods and controls together on the ranking set.
 */
export function marksOf(all: Comparison, methods: readonly string[]): Map<string, Pick<BoardRow, 'against' | 'marks'>> {
  const byControl = HELD_AGAINST.map((control) => againstControl(all, methods, control));
  return new Map(
    methods.map((method) => {
      const against = byControl.flatMap((pairs) => pairs.filter(({ a }) => a === method));
      return [method, { against, marks: against.flatMap(markOf) }];
    }),
  );
}

function againstControl({ pairs, nPatients }: Comparison, methods: readonly string[], control: string): Against[] {
  const found = methods.flatMap((method) => {
    const pair = pairs.find(({ a, b }) => (a === method && b === control) || (a === control && b === method));
    return pair ? [pair.a === method ? pair : turned(pair)] : [];
  });
  const corrected = holm(found.map(({ p }) => p));
  return found.map(({ a, b, difference, ci, p }, i) => {
    const significant = nPatients >= MIN_PATIENTS && corrected[i] <= ALPHA;
    return { a, b, difference, ci: ci ? [ci[0], ci[1]] : null, p, pHolm: corrected[i], significant };
  });
}

type Against = BoardRow['against'][number];

/** b minus a. */
function turned({ a, b, difference, ci, ...rest }: PairedDifference): PairedDifference {
  return { ...rest, a: b, b: a, difference: -difference, ci: ci ? [-ci[1], -ci[0]] : null };
}

function markOf({ b, difference, significant }: Against): BoardRow['marks'] {
  if (b === 'position-only') return difference < 0 ? ['below-position-only'] : [];
  if (!significant) return ['not-told-apart-from-ridge'];
  return difference < 0 ? ['below-ridge'] : [];
}
