/** Where two texts part. */
export interface LineDifference {
  /** From 1. */
  readonly line: number;
  /** The line of the first text, and that of the second; undefined past its end. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The first line in which two different texts differ; the first may be absent. */
export function firstDifference(before: string | undefined, after: string): LineDifference {
  const [a, b] = [before?.split('\n') ?? [], after.split('\n')];
  let at = 0;
  while (at < b.length && a[at] === b[at]) at++;
  return { line: at + 1, before: a[at], after: b[at] };
}
