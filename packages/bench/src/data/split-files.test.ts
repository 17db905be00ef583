import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDatasets } from '../datasets/load.ts';
import { findWorkspace } from '../workspace/workspace.ts';
import { splitFiles } from './split-files.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/splits');
const { datasets } = loadDatasets(findWorkspace());

/** Of the others the numbers of spots are not published; their manifests are made when the data is read. */
const KNOWN = Object.entries(datasets).filter(([, { sections }]) =>
  sections.every(({ spotCount }) => spotCount !== null),
);

describe('split manifests', () => {
  it('are in the repository of every data set whose spots are counted', () => {
    expect(KNOWN.map(([id]) => id)).toEqual(['her2st', 'liver']);
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
