import { valueUnder, type Convention, type ScoredSection } from '@spotbench/core';
import { z } from 'zod';
import type { SetsBySection } from '../cell/gene-sets.ts';
import type { ProtocolEntry } from '../datasets/schema.ts';

/** PCC of one run as a paper's code averages it, by gene set. It stands beside the headline's averaging and ranks nothing. */
export const paperAverageSchema = z.strictObject({
  metric: z.literal('pcc'),
  averaging: z.string(),
  undefinedPolicy: z.string(),
  values: z
    .record(z.string(), z.number().nullable())
    .describe('By gene set; null where nothing in it has a defined score.'),
});
export type PaperAverage = z.infer<typeof paperAverageSchema>;

const OVER_GENES: Readonly<Record<Convention['overGenes'], string>> = {
  mean: 'mean over genes',
  median: 'median gene',
  'fisher-z': 'Fisher z, mean over genes',
};
const OVER_SECTIONS: Readonly<Record<Convention['overSections'], string>> = {
  patients: 'mean over sections of a patient -> mean over patients',
  sections: 'mean over sections',
  spots: 'mean over sections by their spots',
};
const POLICIES: Readonly<Record<'drop' | 'zero', string>> = {
  drop: 'genes without a value are left out',
  zero: 'genes without a value count 0',
};

/**
 * The number that a paper's code makes of the scored sections of one run (one seed): those of a cell, or of all folds for a
 * table. Undefined where the protocol says nothing of its own averaging, which is then the headline's.
 */
export function paperAverage(
  averaging: ProtocolEntry['averaging'],
  sections: readonly ScoredSection[],
  sets: SetsBySection,
): PaperAverage | undefined {
  if (!averaging) return undefined;
  const convention: Convention = { name: 'paper', title: 'as in the paper', ...averaging };
  const names = [...new Set(Object.values(sets).flatMap((s) => Object.keys(s)))];
  const genesOf =
    (set: string) =>
    ({ section }: ScoredSection): readonly string[] =>
      (sets[section] as Readonly<Record<string, readonly string[]>>)[set] ?? [];
  return {
    metric: 'pcc',
    averaging: `gene within section -> ${OVER_GENES[averaging.overGenes]} -> ${OVER_SECTIONS[averaging.overSections]}`,
    undefinedPolicy: POLICIES[averaging.policy],
    values: Object.fromEntries(names.map((set) => [set, valueUnder(convention, sections, genesOf(set))])),
  };
}
