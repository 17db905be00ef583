import { countsZero, similarities, type SectionSimilarity, type SimilarityName } from '@spotbench/core';
import { groupBy } from '../collections/group-by.ts';
import type { CellSimilarities } from './cell-similarities.ts';

/** A similarity of a method as tables show it. */
export interface SimilaritySummary {
  readonly value: number | null;
  /** Why there is none: the commonest reason. */
  readonly reason: string | null;
  /** Sections with a value. */
  readonly nSections: number;
  readonly nPatients: number;
}

/** One cell of a method: its patients by section, and what was found there. */
export interface ComparedCell {
  readonly patients: Readonly<Record<string, string>>;
  readonly sections: CellSimilarities;
}

/**
 * The mean over seeds of a section, then over sections of a patient, then over patients, of every similarity. Sections where the
 * method left nothing to compare count 0, others without a value are left out. Empty without any cell.
 */
export function summariseSimilarities(
  cells: readonly ComparedCell[],
): Partial<Record<SimilarityName, SimilaritySummary>> {
  if (cells.length === 0) return {};
  return Object.fromEntries(similarities.map(({ name }) => [name, summaryOf(cells, name)]));
}

function summaryOf(cells: readonly ComparedCell[], name: SimilarityName): SimilaritySummary {
  const found = cells.flatMap(({ patients, sections }) =>
    Object.entries(sections).map(([section, values]) => ({ section, patient: patients[section], of: values[name] })),
  );
  const counted = found
    .map(({ of, ...place }) => ({ ...place, value: countsZero(of) ? 0 : of.value }))
    .filter((entry): entry is typeof entry & { value: number } => entry.value !== null);
  const bySection = [...groupBy(counted, ({ section }) => section).values()].map((seeds) => ({
    patient: seeds[0].patient,
    value: mean(seeds),
  }));
  const byPatient = [...groupBy(bySection, ({ patient }) => patient).values()].map((of) => ({ value: mean(of) }));
  return {
    value: byPatient.length === 0 ? null : mean(byPatient),
    reason: byPatient.length === 0 ? commonest(found.map(({ of }) => of)) : null,
    nSections: bySection.length,
    nPatients: byPatient.length,
  };
}

function mean(values: readonly { readonly value: number }[]): number {
  return values.reduce((sum, { value }) => sum + value, 0) / values.length;
}

function commonest(values: readonly SectionSimilarity[]): string {
  const counts = groupBy(
    values.map(({ reason }) => reason ?? 'unknown'),
    (reason) => reason,
  );
  return [...counts.entries()].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0][0];
}
