import { metrics, unknownName, type GeneScore, type ScoredSection } from '@spotbench/core';
import { METRICS } from '../results/summary.ts';
import { addressText, type NumberAddress } from './address.ts';
import type { ExplainedCell } from './result-source.ts';

type MetricName = (typeof METRICS)[number];

/** A gene of a section: a row for each seed, and what enters the section's mean. */
export interface GeneLink {
  readonly address: string;
  readonly gene: string;
  /** Mean over seeds of what each counts as; null where no seed counts. */
  readonly value: number | null;
  readonly seeds: readonly {
    readonly seed: number;
    readonly cell: string;
    readonly row: GeneScore | null;
    /** The metric, 0 where the method is at fault that there is none, null where nobody is. */
    readonly counts: number | null;
  }[];
}

/** A section: value = mean over the genes that count. */
export interface SectionLink {
  readonly address: string;
  readonly section: string;
  readonly value: number | null;
  readonly nSpots: number;
  readonly nGenes: number;
  readonly nCounted: number;
  readonly cells: readonly string[];
  readonly genes: readonly GeneLink[];
}

/** A patient: value = mean over sections. */
export interface PatientLink {
  readonly patient: string;
  readonly value: number | null;
  readonly sections: readonly SectionLink[];
}

/** A number of a table: value = mean over patients. */
export interface NumberChain {
  readonly address: string;
  readonly value: number | null;
  readonly metric: string;
  readonly formula: string;
  readonly patients: readonly PatientLink[];
}

/**
 * The chain from a number of a table down to gene rows, each level computed from the one below:
 * number = mean over patients of mean over sections of mean over genes of mean over seeds. Written apart from `summarise`, so
 * that one can be held against the other.
 *
 * @throws SpotbenchError `unknown-name` for a gene set, metric, section or gene that is not there.
 */
export function numberChain(address: NumberAddress, cells: readonly ExplainedCell[]): NumberChain {
  const metric = known('metric', address.metric, METRICS);
  known('gene set', address.set, setNames(cells));
  const sections = scoredSections(cells).map((scored) => sectionLink({ ...address, metric }, scored));
  if (address.section !== undefined)
    known(
      'section',
      address.section,
      sections.map(({ link }) => link.section),
    );
  const names = [...new Set(sections.map(({ patient }) => patient))].sort();
  const patients = names.map((patient): PatientLink => {
    const own = sections.filter((s) => s.patient === patient).map(({ link }) => link);
    return { patient, sections: own, value: meanOf(own.map(({ value }) => value)) };
  });
  const value = meanOf(patients.map((p) => p.value));
  const { formula } = metrics.find(({ name }) => name === metric)!;
  return { address: addressText(address), value, metric, formula, patients };
}

/** The section of a chain that its address names. */
export function sectionOf(chain: NumberChain, section: string): SectionLink {
  return chain.patients.flatMap(({ sections }) => sections).find((link) => link.section === section)!;
}

/** The gene of a section. @throws SpotbenchError `unknown-name`. */
export function geneOf({ genes }: SectionLink, gene: string): GeneLink {
  const found = genes.find((link) => link.gene === gene);
  if (found) return found;
  throw unknownName(
    'gene of the set in this section',
    gene,
    genes.map((link) => link.gene),
  );
}

function known<T extends string>(what: string, name: string, names: readonly T[]): T {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined) throw unknownName(what, name, names);
  return found;
}

function setNames(cells: readonly ExplainedCell[]): string[] {
  return [
    ...new Set(cells.flatMap(({ finished }) => Object.values(finished.sets).flatMap((sets) => Object.keys(sets)))),
  ];
}

/** One test section with the scores that each seed gave it. */
interface SeededSection {
  readonly section: string;
  readonly patient: string;
  readonly sets: Readonly<Record<string, readonly string[]>>;
  readonly seeds: readonly { readonly seed: number; readonly cell: string; readonly scored: ScoredSection }[];
}

function scoredSections(cells: readonly ExplainedCell[]): SeededSection[] {
  const found = new Map<string, SeededSection>();
  for (const { finished } of cells) {
    const { seed, cellId: cell } = finished.record;
    for (const scored of finished.sections) {
      const { section, patient } = scored;
      const sets = finished.sets[section] as SeededSection['sets'];
      const earlier = found.get(section)?.seeds ?? [];
      found.set(section, { section, patient, sets, seeds: [...earlier, { seed, cell, scored }] });
    }
  }
  return [...found.values()].sort((a, b) => (a.section < b.section ? -1 : 1));
}

function sectionLink(
  address: NumberAddress & { readonly metric: MetricName },
  { section, patient, sets, seeds }: SeededSection,
): { patient: string; link: SectionLink } {
  const rowsOf = seeds.map(({ seed, cell, scored }) => {
    return { seed, cell, rows: new Map(scored.rows.map((row) => [row.gene, row])) };
  });
  const genes = [...(sets[address.set] ?? [])].sort().map((gene): GeneLink => {
    const bySeed = rowsOf.map(({ seed, cell, rows }) => {
      const row = rows.get(gene) ?? null;
      return { seed, cell, row, counts: countsAs(row, address.metric) };
    });
    const value = meanOf(bySeed.map(({ counts }) => counts));
    return { address: addressText({ ...address, section, gene }), gene, value, seeds: bySeed };
  });
  const link: SectionLink = {
    address: addressText({ ...address, section, gene: undefined }),
    section,
    value: meanOf(genes.map(({ value }) => value)),
    nSpots: seeds[0].scored.rows[0]?.nSpots ?? 0,
    nGenes: genes.length,
    nCounted: genes.filter(({ value }) => value !== null).length,
    cells: seeds.map(({ cell }) => cell),
    genes,
  };
  return { patient, link };
}

/** The headline's policy: 0 where the method is at fault that there is no value, left out where it is not. */
function countsAs(row: GeneScore | null, metric: MetricName): number | null {
  if (row === null) return null;
  const value = row[metric];
  if (value !== null) return value;
  return row.undefined === 'constant_pred' || row.undefined === 'missing_by_method' ? 0 : null;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
