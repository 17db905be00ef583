import { demoCounts } from './counts.ts';
import type { DemoGene } from './genes.ts';
import { countFile, selectionFile } from './her2st-files.ts';
import { sectionImage } from './paint/section-image.ts';
import { makeProgrammes } from './programmes.ts';
import type { SectionKey } from './programmes.ts';
import { IMAGE, spotGrid } from './spot-grid.ts';
import { tissueOutline } from './tissue-outline.ts';

/** The three files of a section, by path inside the cohort. */
export async function demoSection(
  key: SectionKey,
  genes: readonly DemoGene[],
): Promise<Readonly<Record<string, Uint8Array | string>>> {
  const outline = tissueOutline(key, IMAGE);
  const programmes = makeProgrammes(key, IMAGE);
  const grid = spotGrid(key, outline);
  const tissue = grid.filter((spot) => spot.inTissue);
  // As in real cohorts: one spot under tissue that was not sequenced, one that was but is not in the selection, and one
  // that the selection lists without selecting it. Readers have a rule for each.
  const [notSequenced, notListed, ...rest] = tissue;
  const notSelected = rest[0];
  const sequenced = [notListed, ...rest];
  const listed = [notSequenced, ...rest];
  const counts = demoCounts(key, sequenced, genes, programmes);
  return {
    [`ST-cnts/${key.section}.tsv.gz`]: countFile(sequenced, genes, counts),
    [`ST-spotfiles/${key.section}_selection.tsv`]: selectionFile(listed, (spot) => spot !== notSelected),
    [`ST-imgs/${key.patient}/${key.section}/${key.section}.jpg`]: await sectionImage(key, IMAGE, programmes, outline),
  };
}
