import type { Section } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { nearestNames } from '../errors/unknown-name.ts';

type Measured = Pick<Section, 'id' | 'counts'>;

/** Genes measured in every one of the sections, sorted by name. */
export function sharedGenes(sections: readonly Measured[]): string[] {
  let shared = sections.length > 0 ? [...sections[0].counts.genes] : [];
  for (const { counts } of sections.slice(1)) {
    const here = new Set(counts.genes);
    shared = shared.filter((gene) => here.has(gene));
  }
  return shared.sort();
}

/**
 * Checks that every gene is measured in at least one section. Only names are looked at, no count.
 * @throws SpotbenchError `bad-data` naming the genes that no section has, and the names nearest to the first.
 */
export function checkMeasured(genes: readonly string[], sections: readonly Measured[], where: string): void {
  const measured = new Set(sections.flatMap(({ counts }) => counts.genes));
  const missing = genes.filter((gene) => !measured.has(gene));
  if (missing.length === 0) return;
  const shown = missing.slice(0, 5).join(', ') + (missing.length > 5 ? `, and ${missing.length - 5} more` : '');
  const near = nearestNames(missing[0], [...measured]);
  const remedy = near.length > 0 ? `did you mean ${near.join(' or ')} for ${missing[0]}?` : 'check the gene names';
  throw new SpotbenchError(
    'bad-data',
    `${where}: ${missing.length} of ${genes.length} genes (${shown}) are measured in none of ${sections.length} sections; ${remedy}`,
  );
}
