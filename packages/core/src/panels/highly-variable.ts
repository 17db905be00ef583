import type { Section } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { sharedGenes } from './candidates.ts';
import { columnsOf, positions } from './hvg-batch.ts';
import { dispersionVariability, median } from './hvg-dispersion.ts';
import { standardisedVariance } from './hvg-seurat-v3.ts';

/** The definitions of scanpy; the last two differ in how several sections are combined. */
export type HvgFlavour = 'seurat' | 'cell_ranger' | 'seurat_v3' | 'seurat_v3_paper';

export interface HvgOptions {
  readonly flavour: HvgFlavour;
  /** How many genes to choose. */
  readonly topGenes: number;
  /** Choose among these genes only, where the sections measure them; library sizes are over all. */
  readonly among?: readonly string[];
  /** Bins of the mean (`seurat`); 20 as in scanpy. */
  readonly bins?: number;
  /** Molecules per spot after scaling (`seurat`, `cell_ranger`): 10,000, or `median` of each section's totals. */
  readonly scaleTo?: number | 'median';
  /** Part of the genes in each neighbourhood of the fit (`seurat_v3`); 0.3 as in scanpy. */
  readonly span?: number;
}

/** Genes with how variable they are. */
export interface HvgResult {
  /** Measured in every section, sorted by name. [G] */
  readonly genes: readonly string[];
  /** Normalised dispersion or variance, averaged over sections; NaN where it is undefined. [G] */
  readonly score: Float64Array;
  /** Sections that have the gene among their most variable. [G] */
  readonly sectionCount: Uint32Array;
  /** The most variable genes, best first. */
  readonly chosen: readonly string[];
}

/**
 * The most variable genes of one section, or of several taken as batches, equal to `scanpy.pp.highly_variable_genes` 1.11 on
 * float64 (`batch_key` where there are several; genes sorted by name). `seurat` and `cell_ranger` see
 * ln(1 + 10,000 count / library size) or another scale (`scaleTo`), `seurat_v3` raw counts. Of one section, genes that tie with the last chosen are chosen
 * too (`seurat`, `cell_ranger`); otherwise ties go by gene name,
 * where scanpy leaves them to an unstable sort: genes seen in one spot only tie exactly and often (`seurat_v3`).
 * @throws SpotbenchError `bad-config` when there is no section or gene; `bad-data` where a flavour cannot be computed.
 */
export function highlyVariableGenes(
  sections: readonly Pick<Section, 'id' | 'counts'>[],
  { flavour, topGenes, bins = 20, span = 0.3, scaleTo = 10_000, among }: HvgOptions,
): HvgResult {
  const wanted = among && new Set(among);
  const genes = sharedGenes(sections).filter((gene) => wanted?.has(gene) ?? true);
  if (genes.length === 0 || !(topGenes >= 1))
    throw new SpotbenchError(
      'bad-config',
      `highly variable genes: needed a gene measured in every section and at least 1 to choose, found ${genes.length} in ` +
        `${sections.length} sections and ${topGenes}; check the split`,
    );
  const columns = columnsOf(
    sections.map(({ counts }) => counts),
    genes,
  );
  if (flavour === 'seurat' || flavour === 'cell_ranger') {
    const options = { flavour, topGenes, bins, scaleTo, expressedOnly: sections.length > 1 };
    return combineDispersions(
      genes,
      sections.map(({ counts }, s) => dispersionVariability(counts, columns[s], options)),
      topGenes,
    );
  }
  const variances = sections.map(({ counts }, s) => standardisedVariance(counts, columns[s], span));
  return combineRanks(genes, variances, topGenes, flavour === 'seurat_v3_paper');
}

type Batches = readonly { readonly score: Float64Array; readonly chosen: Uint8Array }[];

/** By number of sections that chose the gene, then by average score; of one section, all that reached the cut-off. */
function combineDispersions(genes: readonly string[], batches: Batches, topGenes: number): HvgResult {
  const score = averageOfDefined(batches.map((batch) => batch.score));
  const sectionCount = new Uint32Array(genes.length);
  for (const { chosen } of batches) chosen.forEach((one, g) => (sectionCount[g] += one));
  const size = batches.length === 1 ? sectionCount.filter((count) => count > 0).length : topGenes;
  const order = firstBy([descending(sectionCount), descending(score)], size);
  return { genes, score, sectionCount, chosen: Array.from(order, (g) => genes[g]) };
}

/** Average over sections of each gene's score, undefined ones left out. [G] */
function averageOfDefined(scores: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(scores[0].length);
  const times = new Uint32Array(scores[0].length);
  for (const score of scores) {
    for (let g = 0; g < score.length; g++) {
      if (Number.isNaN(score[g])) continue;
      sums[g] += score[g];
      times[g]++;
    }
  }
  return sums.map((sum, g) => sum / times[g]);
}

/** By median rank over the sections in which a gene is among the first `topGenes`, and by number of those sections. */
function combineRanks(
  genes: readonly string[],
  variances: readonly Float64Array[],
  topGenes: number,
  countFirst: boolean,
): HvgResult {
  const ranks = genes.map((): number[] => []);
  for (const variance of variances)
    firstBy([descending(variance)], topGenes).forEach((g, rank) => void ranks[g].push(rank));
  const sectionCount = Uint32Array.from(ranks, ({ length }) => length);
  const medianRank = Float64Array.from(ranks, (list) => (list.length > 0 ? median(list) : Infinity));
  const byCount = descending(sectionCount);
  const order = firstBy(countFirst ? [byCount, medianRank] : [medianRank, byCount], topGenes);
  return { genes, score: averageOfDefined(variances), sectionCount, chosen: Array.from(order, (g) => genes[g]) };
}

/** Keys by which the highest value comes first and undefined ones last. */
function descending(values: Float64Array | Uint32Array): Float64Array {
  const keys = new Float64Array(values.length);
  for (let g = 0; g < keys.length; g++) keys[g] = Number.isNaN(values[g]) ? Infinity : -values[g];
  return keys;
}

/**
 * The first `size` gene positions by the keys given, ascending; ties by name, in which genes are sorted. Only
 * genes whose first key is low enough are compared: numbers alone are sorted many times faster than by a comparing function.
 */
function firstBy(keys: readonly Float64Array[], size: number): Uint32Array {
  const [first] = keys;
  const highest = first.slice().sort()[Math.min(size, first.length) - 1];
  const order = positions(first.length, (g) => first[g] <= highest).sort((a, b) => {
    for (const key of keys) if (key[a] !== key[b]) return key[a] < key[b] ? -1 : 1;
    return a - b;
  });
  return order.subarray(0, size);
}
