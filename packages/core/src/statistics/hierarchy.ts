import type { ScoreMatrix } from '../metrics/score-matrix.ts';

/** The sections of one patient, as rows of a score matrix. */
export interface PatientSections {
  readonly patient: string;
  readonly sections: readonly number[];
}

/** Patients of a matrix with their sections, in the matrix's order. P patients. */
export function patientTree({ sections }: Pick<ScoreMatrix, 'sections'>): PatientSections[] {
  const tree = new Map<string, number[]>();
  for (const [s, { patient }] of sections.entries()) tree.set(patient, [...(tree.get(patient) ?? []), s]);
  return [...tree].map(([patient, rows]) => ({ patient, sections: rows }));
}

/** Mean over the counted genes of section `s`, NaN where none is counted. */
export function sectionMean({ genes, values, counted }: ScoreMatrix, s: number): number {
  const from = s * genes.length;
  let sum = 0;
  let count = 0;
  for (let i = from; i < from + genes.length; i++) {
    sum += values[i];
    count += counted[i];
  }
  return sum / count;
}

/** Mean of the numbers that are not NaN, NaN without any. */
export function meanOfDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}

/** Mean over genes, then over sections, of each patient; NaN for a patient without any counted gene. [P] */
export function patientMeans(matrix: ScoreMatrix): number[] {
  return patientTree(matrix).map(({ sections }) => meanOfDefined(sections.map((s) => sectionMean(matrix, s))));
}

/** A patient's part of a headline. */
export interface PatientMean {
  readonly patient: string;
  readonly value: number;
}

/** `patientMeans` by name, without patients that have none. */
export function namedPatientMeans(matrix: ScoreMatrix): PatientMean[] {
  const values = patientMeans(matrix);
  return patientTree(matrix)
    .map(({ patient }, p) => ({ patient, value: values[p] }))
    .filter(({ value }) => !Number.isNaN(value));
}

/** The headline: genes -> sections -> patients, each level weighted equally. NaN where nothing is counted. */
export function headlineMean(matrix: ScoreMatrix): number {
  return meanOfDefined(patientMeans(matrix));
}
