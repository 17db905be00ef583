import { hashValue } from '@spotbench/core';
import type { Ranking } from '../report/board-schema.ts';

/** A name as it may stand in a file name and an address; names that had to change get a hash so that no two fall together. */
export function slug(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\./, '_');
  return plain === name ? name : `${plain}-${hashValue(name).slice(0, 8)}`;
}

/** Name of a ranking in addresses: data set, protocol and regime. */
export function rankingSlug({ dataset, protocol, regime }: Pick<Ranking, 'dataset' | 'protocol' | 'regime'>): string {
  return [dataset, protocol, regime].map(slug).join('--');
}

/** Addresses of the site's pages, from its root. */
export const pagePaths = {
  index: 'index.html',
  howToRead: 'how-to-read.html',
  dataset: (id: string): string => `datasets/${slug(id)}.html`,
  method: (name: string): string => `methods/${slug(name)}.html`,
  maps: (id: string): string => `maps/${slug(id)}.html`,
  /** Values of one section, as a script: a page at a file:// address may load a script and nothing else. */
  mapData: (ranking: string, section: string): string => `maps/data/${ranking}--${slug(section)}.js`,
  thumbnail: (dataset: string, section: string): string => `maps/tissue/${slug(dataset)}--${slug(section)}.jpg`,
};
