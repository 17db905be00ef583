import { DEMO_COHORTS } from './cohorts.ts';
import { demoCounts } from './counts.ts';
import type { DemoGene } from './genes.ts';
import type { MadeSection, SectionFiles } from './layouts/layout.ts';
import { sectionImage } from './paint/section-image.ts';
import { makeProgrammes, type SectionKey } from './programmes.ts';
import { tissueOutline } from './tissue-outline.ts';

/** The files of a section in its cohort's layout, by path inside the cohort. */
export function demoSection(key: SectionKey, genes: readonly DemoGene[]): Promise<SectionFiles> {
  return DEMO_COHORTS[key.cohort].layout(makeSection(key, genes));
}

/** Draws a section: tissue, spots, expression, and its image when asked for. */
export function makeSection(key: SectionKey, genes: readonly DemoGene[]): MadeSection {
  const { array, tissue } = DEMO_COHORTS[key.cohort];
  const { area, spotDiameterPx } = array;
  const outline = tissueOutline(key, area);
  const programmes = makeProgrammes(key, area, tissue.prevalence);
  return {
    key,
    genes,
    spots: array.spots(key, outline),
    spotDiameterPx,
    countsOf: (spots) => demoCounts(key, spots, spotDiameterPx, genes, programmes),
    paint: () => sectionImage(key, area, programmes, outline),
  };
}
