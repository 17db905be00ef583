/** Checks of what a fitted method predicts. */
import type { Fitted, Slide } from '@spotbench/core';
import { notApplicable, verdict, type CheckFinding } from '../check-result.ts';
import type { FittedSubject, Rig } from '../rig.ts';
import { takeRows, withOtherExpression, withoutExpression, withSpots } from '../slide-parts.ts';
import { difference, sameBytes } from './difference.ts';

/** One spot's prediction may differ by this much of the largest magnitude when others are predicted beside it. */
const TOLERANCE = 1e-5;

/** [N, G] numbers for slides of every size, and a fit that says what it is. */
export async function checkShapes({ data, test }: Rig, { predict, fitted }: FittedSubject): Promise<CheckFinding> {
  const G = data.genes.length;
  const sizes = [test.spots.ids.length, 1, 7];
  const wrong: string[] = [];
  for (const N of sizes) {
    const values = await predict(withSpots(test, upTo(N)));
    const fine = values instanceof Float32Array && values.length === N * G;
    if (!fine) wrong.push(`${N} spots x ${G} genes: needed a Float32Array of ${N * G}, got ${values.length} numbers`);
  }
  const { parameterCount, selectedBy } = fitted;
  if (!Number.isSafeInteger(parameterCount) || parameterCount < 0) wrong.push(`parameterCount ${parameterCount}`);
  if (typeof selectedBy !== 'string' || selectedBy === '') wrong.push('selectedBy is empty');
  const numbers = { spots: sizes[0], genes: G, parameters: parameterCount };
  return verdict(
    wrong.length === 0,
    wrong.join('; ') || `${sizes.join(', ')} spots x ${G} genes; ${parameterCount} parameters`,
    numbers,
  );
}

/** Every predicted number is finite. */
export async function checkFinite({ test, data }: Rig, { predict }: FittedSubject): Promise<CheckFinding> {
  const values = await predict(test);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  const G = data.genes.length;
  if (bad < 0) return verdict(true, `${values.length} numbers`, { numbers: values.length });
  return verdict(
    false,
    `spot ${test.spots.ids[Math.floor(bad / G)]}, gene ${data.genes[bad % G]}: ${String(values[bad])}`,
  );
}

/** A spot's prediction does not depend on how many others are predicted with it. */
export async function checkBatchSize({ test, data }: Rig, { predict }: FittedSubject): Promise<CheckFinding> {
  const whole = await predict(test);
  const N = test.spots.ids.length;
  let worst = 0;
  for (const [begin, end] of [
    [0, 1],
    [1, 8],
    [8, 140],
    [140, N],
  ]) {
    const rows = upTo(N).slice(begin, end);
    const part = await predict(withSpots(test, rows));
    worst = Math.max(worst, difference(part, takeRows(whole, data.genes.length, rows)));
  }
  return verdict(
    worst <= TOLERANCE,
    `predicted in parts of 1, 7, 132 and ${N - 140} spots: off by ${worst.toExponential(1)} of the largest magnitude (at most ${TOLERANCE})`,
    { worst },
  );
}

/** A spot's prediction does not depend on its place among the spots of the slide. */
export async function checkSpotOrder({ test, data }: Rig, { predict }: FittedSubject): Promise<CheckFinding> {
  const rows = upTo(test.spots.ids.length).reverse();
  const worst = difference(
    await predict(withSpots(test, rows)),
    takeRows(await predict(test), data.genes.length, rows),
  );
  return verdict(
    worst <= TOLERANCE,
    `spots in reverse order: off by ${worst.toExponential(1)} of the largest magnitude (at most ${TOLERANCE})`,
    { worst },
  );
}

/** What the test section expresses changes no byte of its prediction, even where it lies on the slide that is handed over. */
export async function checkTestExpression(rig: Rig, { fitted }: FittedSubject): Promise<CheckFinding> {
  if (rig.seesAnswer) return notApplicable('an answer control is shown the test expression, and is never ranked');
  const { test } = rig;
  const predict = (slide: Slide) => (fitted as Fitted).predict(slide);
  const expected = await predict(withoutExpression(test));
  const changed: string[] = [];
  if (!sameBytes(await predict(test), expected)) changed.push('its own');
  if (!sameBytes(await predict(withOtherExpression(test)), expected)) changed.push('another');
  return verdict(
    changed.length === 0,
    changed.length === 0
      ? `${expected.length} numbers are the same bytes with no expression on the slide, its own, and another`
      : `the prediction moves with ${changed.join(' and ')} expression on the slide`,
  );
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
