import type { BoardRow } from './board-schema.ts';

/** What scores 0 and what scores 1: the average of the training spots, and the truth with measurement noise. */
const ZERO = 'training-mean';
const ONE = 'oracle';

/**
 * (value - control) / (oracle - control) of a row's PCC by gene set: 0 where nothing was learnt from the image, 1 where only
 * the noise of the measurement is left. Null, with the reason, where the two do not stand in that order or one has no score.
 */
export function scaledScores(
  scores: BoardRow['scores'],
  scoresByMethod: ReadonlyMap<string, BoardRow['scores']>,
): BoardRow['scaled'] {
  const pcc = (of: BoardRow['scores'] | undefined, set: string): number | null => of?.[set]?.pcc?.value ?? null;
  return Object.fromEntries(
    Object.keys(scores).map((set) => {
      const [value, zero, one] = [scores, scoresByMethod.get(ZERO), scoresByMethod.get(ONE)].map((s) => pcc(s, set));
      const reason = whyNone(value, zero, one);
      const result = reason === null ? (value! - zero!) / (one! - zero!) : null;
      return [set, { metric: 'pcc' as const, value: result, reason, control: ZERO, oracle: ONE }];
    }),
  );
}

function whyNone(value: number | null, zero: number | null, one: number | null): string | null {
  if (value === null) return 'the score itself is undefined';
  if (zero === null) return `${ZERO} has no score`;
  if (one === null) return `${ONE} has no score`;
  return one > zero ? null : `${ONE} is not above ${ZERO}`;
}
