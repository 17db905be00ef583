import {
  hashValue,
  testHighest,
  testMostVariable,
  type FoldPanels,
  type GenePanel,
  type GeneSet,
  type ScoredSection,
} from '@spotbench/core';
import type { ProtocolEntry } from '../datasets/schema.ts';

/** A gene set that a protocol scores. */
export type SetName = ProtocolEntry['sets'][number];

/** Genes of each scored set, by section where they are taken from the test section itself. */
export type SetsBySection = Readonly<Record<string, Readonly<Partial<Record<SetName, readonly string[]>>>>>;

/** The panels of a fold by the name of the set they define. */
export function panelsByName(panels: FoldPanels): Readonly<Record<SetName, GenePanel | undefined>> {
  return { marker: panels.marker, 'HEG-50': panels.heg, 'HVG-50': panels.hvg, all: panels.all };
}

/** Hash over the predicted genes and every gene set fitted in the fold. */
export function panelsHash(panels: FoldPanels): string {
  const hashes = Object.entries(panelsByName(panels)).map(([name, panel]) => [name, panel?.hash ?? null]);
  return hashValue(hashes);
}

/**
 * The genes scored in each test section. Under the paper protocols HEG-50 and HVG-50 are the 50 genes of highest mean and
 * variance in the test section's own truth; otherwise the fold's panels, fitted on training sections.
 */
export function setsBySection(
  { sets, setsDefinedOn }: ProtocolEntry,
  panels: FoldPanels,
  scored: readonly ScoredSection[],
): SetsBySection {
  const fitted = panelsByName(panels);
  const genesOf = (name: SetName, section: ScoredSection): readonly string[] | undefined => {
    if (setsDefinedOn === 'test' && name === 'HEG-50') return asList(testHighest(50), section);
    if (setsDefinedOn === 'test' && name === 'HVG-50') return asList(testMostVariable(50), section);
    return fitted[name]?.genes;
  };
  const ofSection = (section: ScoredSection): Partial<Record<SetName, readonly string[]>> =>
    Object.fromEntries(sets.flatMap((name) => [[name, genesOf(name, section)] as const]).filter(([, genes]) => genes));
  return Object.fromEntries(scored.map((section) => [section.section, ofSection(section)]));
}

function asList(set: GeneSet, section: ScoredSection): readonly string[] {
  return [...(typeof set === 'function' ? set(section) : set)].sort();
}
