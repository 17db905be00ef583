import type { TargetExpression } from '@spotbench/core';
import { z } from 'zod';

/** Measured expression of a section in the target units of a fold: what methods learn from, and what is scored. */
export type SectionTruth = (section: string) => Promise<TargetExpression>;

/** What a correction over all sections saw, and how it went. */
export const correctionSchema = z.strictObject({
  name: z.literal('harmony'),
  transductive: z.literal(true),
  /** Sections, the test section among them, sorted. */
  fittedOn: z.array(z.string()),
  /** False when it stopped at its most corrections. */
  converged: z.boolean(),
  /** At the start and before each correction. */
  objective: z.array(z.number()),
});
export type Correction = z.infer<typeof correctionSchema>;

/** Truth of a fold's sections, and the correction it underwent under a paper protocol that has one. */
export interface FoldTruth {
  readonly truth: SectionTruth;
  readonly correction?: Correction;
}
