import { expect, it } from 'vitest';
import golden from '../../fixtures/metrics.json' with { type: 'json' };
import { scoreSection } from './score-section.ts';

// Both sides work in float64 on the same float32 columns; what differs is the order of sums. rtol 1e-11: the offset column
// (mean 1,000, sd 0.1) loses four digits of sixteen on SciPy's side as on ours.
const RTOL = 1e-11;

it.each(golden.genes)('$gene: SciPy and NumPy give the same scores', ({ gene, truth, prediction, ...expected }) => {
  const spotIds = truth.map((_, i) => `spot${i}`);
  const named = (values: number[]) => ({ spotIds, genes: [gene], values: Float32Array.from(values) });
  const [row] = scoreSection({ truth: named(truth), prediction: named(prediction) });
  expect(row.undefined).toBeNull();
  for (const [name, value] of Object.entries(expected) as [keyof typeof expected, number][]) {
    expect(Math.abs(row[name]! - value), `${name}: ${row[name]!} against ${value}`).toBeLessThanOrEqual(
      RTOL * Math.abs(value),
    );
  }
});
