import {
  readAnndataSection,
  readGeoStSection,
  readHer2stSection,
  readHestSection,
  readSpatialDataSection,
  readSpacerangerSection,
  SpotbenchError,
  type AnndataOptions,
  type Section,
} from '@spotbench/core';
import type { LocatedSection } from '../datasets/locate.ts';
import type { DatasetEntry, FileRole } from '../datasets/schema.ts';

/**
 * Reads a section with the reader of its data set's format, and holds it to the spot count that datasets.json asserts.
 * @throws SpotbenchError as the reader does; `bad-data` when the spot count is another, or there is a single spot.
 */
export async function readSection(entry: DatasetEntry, located: LocatedSection): Promise<Section> {
  const section = await readAs(entry, located);
  const { id, spotCount, paths } = located;
  if (spotCount !== null && section.spots.ids.length !== spotCount) {
    const files = Object.entries(paths).filter(([role]) => role !== 'image' && role !== 'imageFolder');
    throw new SpotbenchError(
      'bad-data',
      `section ${id}: datasets.json asserts ${spotCount} spots, the files give ${section.spots.ids.length} ` +
        `(${files.map(([, path]) => path).join(', ')}); these are other files than the benchmark is defined on`,
    );
  }
  if (section.spots.ids.length < 2)
    throw new SpotbenchError(
      'bad-data',
      `section ${id}: needed at least two spots, for correlations and the distance between spots, found one (${section.spots.ids[0]}); ` +
        `leave the section out of datasets.json`,
    );
  return section;
}

function readAs(entry: DatasetEntry, { id, patient, paths }: LocatedSection): Promise<Section> {
  // Locating a section has seen to it that every file of its format is there.
  const at = (role: FileRole): string => paths[role]!;
  const name = { id, patient };
  switch (entry.format) {
    case 'her2st':
      return readHer2stSection({
        ...name,
        countsPath: at('counts'),
        spotsPath: at('spots'),
        imagePath: at('imageFolder'),
      });
    case 'geo-st':
      return readGeoStSection({ ...name, countsPath: at('counts'), spotsPath: at('spots'), imagePath: at('image') });
    case 'spaceranger': {
      const { imageScale, ...genes } = entry.read ?? {};
      const files = { countsPath: at('counts'), positionsPath: at('positions'), imagePath: at('image') };
      return readSpacerangerSection({ ...name, ...files, scaleFactorsPath: paths.scaleFactors, imageScale, genes });
    }
    case 'hest': {
      const files = { tablePath: at('table'), patchesPath: at('patches'), imagePath: at('image') };
      return readHestSection({ ...name, ...files, options: anndataOptions(entry.read) });
    }
    case 'anndata':
    case 'spatialdata': {
      const files = { tablePath: at('table'), imagePath: at('image') };
      const source = { ...name, ...files, options: anndataOptions(entry.read) };
      return entry.format === 'anndata'
        ? readAnndataSection(source)
        : readSpatialDataSection({ ...source, shapesPath: paths.shapes });
    }
  }
}

/** The schema lets no other matrix through than these. */
function anndataOptions(read: Extract<DatasetEntry, { format: 'anndata' }>['read']): AnndataOptions {
  return { ...read, matrix: read?.matrix as AnndataOptions['matrix'] };
}
