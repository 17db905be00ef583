/** A similarity's name. */
export type SimilarityName = 'geneGene' | 'moransI' | 'ssim' | 'spotPcc' | 'ari' | 'nmi';

/**
 * Why a section has no similarity. `constant_pred`: the prediction has nothing to compare, the method's fault, counted 0.
 * Nobody's fault and left out: `constant_truth`, `too_few` spots or genes, `no_raster` (the array is narrower than a window),
 * `no_labels`.
 */
export type NoSimilarity = 'constant_pred' | 'constant_truth' | 'too_few' | 'no_raster' | 'no_labels';

/** The similarity of one section, or why there is none. */
export type SectionSimilarity =
  { readonly value: number; readonly reason: null } | { readonly value: null; readonly reason: NoSimilarity };

/** How alike a section and its prediction are as a whole, where a metric asks gene by gene; a record like `Metric`. */
export interface Similarity {
  readonly name: SimilarityName;
  readonly title: string;
  /** LaTeX, with t the truth and p the prediction. */
  readonly formula: string;
  readonly reference: string;
  /** Genes that it looks at: those of the set that a table ranks by, or all that are predicted. */
  readonly genes: 'ranking set' | 'all predicted';
  readonly range: readonly [number | null, number | null];
  readonly direction: 'higher is better';
  readonly undefinedMeans: string;
}

/** A value with no reason. */
export function similar(value: number): SectionSimilarity {
  return { value, reason: null };
}

/** No value, and why. */
export function none(reason: NoSimilarity): SectionSimilarity {
  return { value: null, reason };
}
