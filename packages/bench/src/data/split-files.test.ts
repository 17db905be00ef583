import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDatasets } from '../datasets/load.ts';
import { findWorkspace } from '../workspace/workspace.ts';
import { splitFiles, splitNamed } from './split-files.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/splits');
const { datasets } = loadDatasets(findWorkspace());

/** Of the others the numbers of spots are not published; their manifests are made when the data is read. */
const KNOWN = Object.entries(datasets).filter(([, { sections }]) =>
  sections.every(({ spotCount }) => spotCount !== null),
);

describe('split manifests', () => {
  it('are in the repository of every data set whose spots are counted', () => {
    expect(KNOWN.map(([id]) => id)).toEqual(['her2st', 'cscc', 'visium-breast', 'liver']);
  });

  it.each([
    ['visium-breast', 'visium', '1142243F CID4290 CID4465 CID44971 CID4535 1160920F block-A-1 block-A-2 FFPE'],
    ['cscc', 'cscc', ['P2', 'P5', 'P9', 'P10'].flatMap((p) => [1, 2, 3].map((rep) => `${p}_ST_rep${rep}`)).join(' ')],
  ])('of %s have the folds in the order of the mclSTExp code', (id, suffix, order) => {
    const planned = datasets[id].sections.map(({ id: section, patient }) => ({ section, patient, spotCount: 1 }));
    const { folds } = splitNamed(`mclstexp-paper-${suffix}`, id, datasets[id], planned);
    expect(folds.map(({ heldOut }) => heldOut).join(' ')).toBe(order);
  });

  it('count the spots that the papers state', () => {
    const spotsOf = (id: string): number =>
      datasets[id].sections.reduce((sum, { spotCount }) => sum + (spotCount ?? NaN), 0);
    // HEST lists 13,620 for her2st; the others are the totals in the supplement of mclSTExp, table S1, and of BLEEP.
    expect(['her2st', 'cscc', 'visium-breast', 'liver'].map(spotsOf)).toEqual([13_620, 8_671, 25_914, 9_269]);
  });

  // A change of rule, order or section would compare new results with others: it must show.
  it.each(KNOWN)('of %s are those of the repository', async (id, entry) => {
    const sections = entry.sections.map(({ spotCount, ...section }) => ({
      ...section,
      spotCount: spotCount!,
      geneCount: 0,
      image: { file: '', widthPx: 0, heightPx: 0 },
      report: {},
    }));
    const manifests = Object.entries(splitFiles(id, entry, sections));
    expect(manifests.length).toBeGreaterThan(0);
    for (const [file, text] of manifests) await expect(text).toMatchFileSnapshot(join(FOLDER, id, basename(file)));
  });
});
