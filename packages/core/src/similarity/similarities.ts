import type { SectionPair } from '../metrics/score-section.ts';
import { meanSpotPcc, scoreSpots, spotPearson } from '../metrics/score-spots.ts';
import { ari, clusterSimilarities, nmi } from './clusters.ts';
import { geneGene, geneGeneSimilarity } from './gene-gene.ts';
import { moransISimilarity, moransISimilarityOf } from './morans-i.ts';
import { sectionColumns } from './section-columns.ts';
import type { SectionLayout } from './section-layout.ts';
import { none, similar, type SectionSimilarity, type Similarity, type SimilarityName } from './similarity.ts';
import { ssim, ssimSimilarity } from './ssim.ts';

const spotPcc: Similarity = {
  name: 'spotPcc',
  title: 'Mean Pearson correlation of a spot',
  formula: spotPearson.formula,
  reference: `${spotPearson.reference}, averaged over spots`,
  genes: 'all predicted',
  range: [-1, 1],
  direction: 'higher is better',
  undefinedMeans: spotPearson.undefinedMeans,
};

/** Every similarity, in the order of tables. None is ranked by. */
export const similarities: readonly Similarity[] = [geneGene, moransISimilarity, ssim, spotPcc, ari, nmi];

/** What is compared in one section. */
export interface SectionToCompare extends SectionPair {
  readonly layout: SectionLayout;
  /** Genes of the set that the table ranks by. */
  readonly genes: readonly string[];
  /** Pathologist's label by spot id; undefined where there are none. */
  readonly labels?: ReadonlyMap<string, string>;
}

/**
 * Every similarity of a section and its prediction. Spots and genes meet by name.
 * @throws SpotbenchError `bad-prediction` as `scoreSection`.
 */
export function similaritiesOf({
  truth,
  prediction,
  layout,
  genes,
  labels,
}: SectionToCompare): Record<SimilarityName, SectionSimilarity> {
  const columns = sectionColumns({ truth, prediction }, genes);
  return {
    geneGene: geneGeneSimilarity(columns),
    moransI: moransISimilarityOf(columns, layout),
    ssim: ssimSimilarity(columns, layout),
    spotPcc: spotSimilarity({ truth, prediction }),
    ...clusterSimilarities(columns, labels),
  };
}

/** Whether a section without a value counts 0: the method is at fault. */
export function countsZero({ reason }: SectionSimilarity): boolean {
  return reason === 'constant_pred';
}

function spotSimilarity(pair: SectionPair): SectionSimilarity {
  const mean = meanSpotPcc(scoreSpots(pair));
  return mean === null ? none('constant_truth') : similar(mean);
}
