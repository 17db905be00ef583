import type { SimilarityName } from '@spotbench/core';

/** What a similarity asks of a section and its prediction, for a reader who knows the tissue and not the formula. */
export const SIMILARITY_WORDS: Readonly<Record<SimilarityName, { readonly short: string; readonly asks: string }>> = {
  geneGene: {
    short: 'genes together',
    asks: 'do the same genes rise and fall together as measured? (gene-gene correlation)',
  },
  moransI: {
    short: 'clustering',
    asks: "is each gene as clustered on the tissue as measured? Where little is, noise scores high too: compare noise. (Moran's I)",
  },
  ssim: { short: 'map structure', asks: 'do the two maps look alike from place to place? (structural similarity)' },
  spotPcc: {
    short: 'spot profile',
    asks: 'do the genes of one spot stand to each other as measured? Averages alone score high: compare training-mean. (Pearson correlation over genes, mean over spots)',
  },
  ari: {
    short: 'regions, Rand',
    asks: "do clusters of predicted expression follow the pathologist's regions? (adjusted Rand index)",
  },
  nmi: {
    short: 'regions, information',
    asks: "how much do those clusters tell of the pathologist's regions? (normalised mutual information)",
  },
};
