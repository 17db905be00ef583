import { highlyVariableGenes, makePanel, sharedGenes, type GenePanel } from '@spotbench/core';
import type { ProtocolEntry } from '../datasets/schema.ts';
import { readCounts, type DataArtefact } from './data-artefact.ts';

type HvgUnion = Extract<ProtocolEntry['predict'], { rule: 'hvg-union' }>;

/**
 * The panel of papers that choose genes on every section, the test section included: of the genes that all sections measure,
 * the union of each section's `size` most variable after scaling to the section's median total and log1p, sorted by name. Only
 * gene names leave this function; protocols that use it are of tier `paper`.
 */
export async function unionPanel(data: DataArtefact, { flavour, size }: HvgUnion): Promise<GenePanel> {
  const sections = await Promise.all(
    data.meta.sections.map(async ({ id }) => ({ id, counts: await readCounts(data, id) })),
  );
  const shared = sharedGenes(sections);
  const options = { flavour, topGenes: size, scaleTo: 'median', among: shared } as const;
  const chosen = sections.flatMap((section) => highlyVariableGenes([section], options).chosen);
  return makePanel({
    name: `hvg-union-${size}`,
    rule: `union over all sections, test included, of the ${size} most variable genes (${flavour}) of those measured in all`,
    genes: [...new Set(chosen)].sort(),
    source: 'every section of the data set',
    fittedOn: sections.map(({ id }) => id),
  });
}
