import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createImageCache,
  createPatchReader,
  decodeImage,
  fitFoldPanels,
  fitTarget,
  librarySizes,
  makeSplits,
  readFixedPanel,
  readHer2stSection,
  type Section,
} from '@spotbench/core';
import { beforeAll, describe, expect, it } from 'vitest';

const data = process.env.SPOTBENCH_DATA;
const her2st = join(data ?? '', 'her2st');
const here = data !== undefined && existsSync(her2st);
const notice = here ? '' : ` (skipped: SPOTBENCH_DATA is ${data ?? 'not set'}, needed a folder with her2st)`;

interface Sums {
  spots: number;
  genes: number;
  nonZero: number;
  molecules: number;
  geneTotals: Record<string, number>;
  spotsWithoutCounts: number;
  panelGenes: number;
  spotsWithoutPanelMolecules: number;
  firstSpots: string[];
  pixelXSum: number;
  pixelYSum: number;
}
/** Written by scripts/golden_her2st.py, which shares no code with the reader. */
const golden = JSON.parse(readFileSync(new URL('../fixtures/her2st-sums.json', import.meta.url), 'utf8')) as {
  sections: Record<string, Sums>;
  foldB: { candidates: number; heg: string[]; hvg: string[] };
};
const ids = ['B4', 'C2', 'C3', 'C4', 'C5'];

function readSection(id: string): Promise<Section> {
  const images = join(her2st, 'ST-imgs', id[0], id);
  return readHer2stSection({
    countsPath: join(her2st, 'ST-cnts', `${id}.tsv.gz`),
    spotsPath: join(her2st, 'ST-spotfiles', `${id}_selection.tsv`),
    imagePath: join(
      images,
      readdirSync(images).find((name) => name.endsWith('.jpg'))!,
    ),
    id,
    patient: id[0],
  });
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

describe.runIf(here)(`her2st sections with images${notice}`, () => {
  let sections: Section[];
  beforeAll(async () => (sections = await Promise.all(ids.map(readSection))));

  it('have the spots that are published', () => {
    expect(sections.map((section) => section.spots.ids.length)).toEqual([283, 187, 180, 184, 181]);
  });

  it.each(ids)('%s sums to what was computed apart', (id) => {
    const { counts, spots, report } = sections[ids.indexOf(id)];
    const expected = golden.sections[id];
    expect(spots.ids).toHaveLength(expected.spots);
    expect(counts.genes).toHaveLength(expected.genes);
    expect(counts.values).toHaveLength(expected.nonZero);
    expect(sum(librarySizes(counts))).toBe(expected.molecules);
    expect(spots.ids.slice(0, 3)).toEqual(expected.firstSpots);
    expect(report['spots-without-counts']).toBe(expected.spotsWithoutCounts);
    // Pixels are kept as float32: off by at most 2^-11 a spot below 16,384 px.
    expect(Math.abs(sum(spots.pixelX) - expected.pixelXSum)).toBeLessThan(spots.ids.length / 2048);
    expect(Math.abs(sum(spots.pixelY) - expected.pixelYSum)).toBeLessThan(spots.ids.length / 2048);
    for (const [gene, total] of Object.entries(expected.geneTotals)) {
      const column = counts.genes.indexOf(gene);
      expect(sum(counts.values.filter((_, k) => counts.indices[k] === column))).toBe(total);
    }
  });

  it('give the panels that were computed apart, for the fold that tests B4', () => {
    const planned = sections.map(({ id, patient, spots }) => ({ section: id, patient, spotCount: spots.ids.length }));
    const [fold] = makeSplits('her2st', 'leave-patient-out', planned).folds;
    const panels = fitFoldPanels(fold, sections, { target: 'log1p-10k' });
    expect(panels.heg.genes).toEqual(golden.foldB.heg);
    expect(panels.hvg.genes).toEqual(golden.foldB.hvg);
  });

  it.runIf(existsSync(join(data ?? '', 'panels', 'her2st-785.json')))('have the genes of the fixed panel', async () => {
    const panel = await readFixedPanel(join(data!, 'panels', 'her2st-785.json'), 'mclSTExp', sections);
    const target = fitTarget('panel-log10', panel.genes, sections);
    for (const { id, counts, spots } of sections) {
      const expected = golden.sections[id];
      const { values, absentGenes, zeroTotalSpots } = target.apply(counts);
      expect(values).toHaveLength(spots.ids.length * 785);
      expect(785 - absentGenes.length).toBe(expected.panelGenes);
      // A few spots (one each in B4, C2, C3; two in C5) have molecules, but none of the panel's genes.
      expect(zeroTotalSpots).toBe(expected.spotsWithoutPanelMolecules);
    }
  });

  it('have an image that decodes, and patches in its colours', async () => {
    const [section] = sections;
    expect([section.image.widthPx, section.image.heightPx]).toEqual([9272, 9923]);
    const cache = createImageCache();
    const reader = createPatchReader(() => cache.get(section.image), section.spots);
    const patches = await reader.read([0, 282]);
    const image = await decodeImage(section.image);
    // Straight from the definition: the spot's pixel is row 112, column 112 of its patch.
    const at = (Math.floor(section.spots.pixelY[282]) * 9272 + Math.floor(section.spots.pixelX[282])) * 3;
    const centre = (224 * 224 + 112 * 224 + 112) * 3;
    expect([...patches.subarray(centre, centre + 3)]).toEqual([...image.pixels.subarray(at, at + 3)]);
  });
});
