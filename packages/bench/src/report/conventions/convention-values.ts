import {
  bestPredicted,
  conventions,
  createRandom,
  meanSpotPcc,
  scorePooled,
  scoreSection,
  scoreSpots,
  testHighest,
  testMostVariable,
  valueUnder,
  type Convention,
  type GeneSet,
  type ScoredSection,
  type SectionPair,
} from '@spotbench/core';
import type { SetsBySection, SetName } from '../../cell/gene-sets.ts';

/** A test section as it was measured and predicted, with its scores. */
export interface PredictedSection extends ScoredSection {
  readonly pair: SectionPair;
}

/** One run of a method: all its test sections under one seed. */
export interface PredictedRun {
  readonly seed: number;
  readonly sections: readonly PredictedSection[];
  readonly sets: SetsBySection;
}

/** A way to turn a run's predictions into one number that some paper calls its PCC. */
export interface NamedConvention {
  readonly name: string;
  readonly title: string;
  readonly value: (run: PredictedRun) => number | null;
}

const SIZE = 50;
const named = (name: string): Convention => conventions.find((convention) => convention.name === name)!;
const headline = named('headline');
const bySection = named('section-mean');

/** The genes of a fold's set in each section; none of a set that the protocol does not have. */
const fitted =
  (set: SetName) =>
  ({ sets }: PredictedRun): GeneSet =>
  ({ section }) =>
    sets[section]?.[set] ?? [];

/**
 * Every convention of protocol 5.6, the one that tables are ranked by first. HEG and HVG are those of the protocol (fitted on
 * training sections, unless it is a paper's own) except where `test` says otherwise.
 */
export const CONVENTIONS: readonly NamedConvention[] = [
  ...conventions.map(({ name, title }) => under(name, `HVG-50, ${title}`, named(name), fitted('HVG-50'))),
  under('heg', 'HEG-50, headline', headline, fitted('HEG-50')),
  under('panel', 'all predicted genes, headline', headline, fitted('all')),
  under('panel-section-mean', 'all predicted genes, mean over sections', bySection, fitted('all')),
  under('hvg-test', 'HVG-50 of the test section, mean over sections', bySection, () => testMostVariable(SIZE)),
  under('heg-test', 'HEG-50 of the test section, mean over sections', bySection, () => testHighest(SIZE)),
  under('best-50', 'the 50 genes predicted best, chosen afterwards', bySection, ({ sections }) =>
    bestPredicted(sections, SIZE),
  ),
  { name: 'best-50-noise', title: 'the same choice on shuffled truth: its noise floor', value: noiseFloor },
  pooled('panel-pooled', 'all predicted genes, spots pooled over sections', 'all'),
  pooled('hvg-pooled', 'HVG-50, spots pooled over sections', 'HVG-50'),
  pooled('heg-pooled', 'HEG-50, spots pooled over sections', 'HEG-50'),
  { name: 'per-spot', title: 'all predicted genes, per spot', value: perSpot },
];

function under(
  name: string,
  title: string,
  convention: Convention,
  genes: (run: PredictedRun) => GeneSet,
): NamedConvention {
  return { name, title, value: (run) => valueUnder(convention, run.sections, genes(run)) };
}

/** Spots of all sections in one column per gene; genes that every section has predicted. Constant predictions count 0. */
function pooled(name: string, title: string, set: SetName): NamedConvention {
  const value = ({ sections, sets }: PredictedRun): number | null => {
    const wanted = new Set(sections.flatMap(({ section }) => sets[section]?.[set] ?? []));
    const predicted = sections.map(({ pair }) => new Set(pair.truth.genes));
    const genes = [...wanted].filter((gene) => predicted.every((of) => of.has(gene))).sort();
    if (genes.length === 0) return null;
    const rows = scorePooled(sections.map(({ pair }) => onGenes(pair, genes)));
    return valueUnder(headline, [{ patient: '', section: '', rows }], genes);
  };
  return { name, title, value };
}

function onGenes({ truth, prediction }: SectionPair, genes: readonly string[]): SectionPair {
  const column = new Map(truth.genes.map((gene, i) => [gene, i]));
  const from = genes.map((gene) => column.get(gene)!);
  const values = new Float32Array(truth.spotIds.length * genes.length);
  for (let i = 0; i < truth.spotIds.length; i++)
    for (let g = 0; g < genes.length; g++)
      values[i * genes.length + g] = truth.values[i * truth.genes.length + from[g]];
  return { truth: { spotIds: truth.spotIds, genes, values }, prediction };
}

/** Mean over spots within a section, then as the headline. */
function perSpot({ sections }: PredictedRun): number | null {
  const patients = new Map<string, number[]>();
  for (const { patient, pair } of sections) {
    const mean = meanSpotPcc(scoreSpots(pair));
    if (mean !== null) patients.set(patient, [...(patients.get(patient) ?? []), mean]);
  }
  return patients.size === 0 ? null : average([...patients.values()].map(average));
}

/** The 50 genes predicted best, when the truth's spots are shuffled within each section: what the choice alone is worth. */
function noiseFloor({ sections }: PredictedRun): number | null {
  const shuffled = sections.map(({ patient, section, pair }) => ({
    patient,
    section,
    rows: scoreSection({ ...pair, truth: shuffledSpots(pair.truth, section) }),
  }));
  return valueUnder(bySection, shuffled, bestPredicted(shuffled, SIZE));
}

/** The same profiles under other spots' names. */
function shuffledSpots(truth: SectionPair['truth'], section: string): SectionPair['truth'] {
  const order = createRandom(0, 'noise-floor', section).permutation(truth.spotIds.length);
  return { ...truth, spotIds: [...order].map((i) => truth.spotIds[i]) };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
