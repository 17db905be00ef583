import type { Section } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { type TargetName, targetRule } from '../expression/target-rule.ts';
import { sharedGenes } from './candidates.ts';
import { geneMoments } from './gene-moments.ts';
import { type GenePanel, makePanel } from './gene-panel.ts';

/** What a panel is fitted on: training sections, and nothing of the test sections. */
export interface PanelFit {
  readonly sections: readonly Pick<Section, 'id' | 'counts'>[];
  readonly target: TargetName;
  /** Genes to choose from; those measured in every one of the sections where not given. */
  readonly candidates?: readonly string[];
}

/** Scores by which genes are ranked, highest first. */
export type RankBy = 'mean' | 'variance';

const RULES: Record<RankBy, { prefix: string; words: string }> = {
  mean: { prefix: 'HEG', words: 'highest mean' },
  variance: { prefix: 'HVG', words: 'highest variance' },
};

/** The candidates, best first. */
export interface GeneRanking {
  readonly score: RankBy;
  readonly genes: readonly string[];
  readonly fit: PanelFit;
}

/**
 * Ranks genes by mean over sections of the within-section mean (`mean`) or variance (`variance`) of the target; ties by gene
 * name. Every section has one vote whatever its number of spots, and differences between sections (stain, depth) make no gene
 * variable. The order of spots, genes and sections changes nothing.
 * @throws SpotbenchError `bad-config` when there are no sections.
 */
export function rankGenes(score: RankBy, fit: PanelFit): GeneRanking {
  if (fit.sections.length === 0)
    throw new SpotbenchError('bad-config', `panel by ${score}: needed training sections, found none; check the split`);
  const genes = [...(fit.candidates ?? sharedGenes(fit.sections))].sort();
  const total = new Float64Array(genes.length);
  for (const { counts } of fit.sections) {
    geneMoments(counts, genes, targetRule(fit.target))[score].forEach((value, g) => (total[g] += value));
  }
  const order = [...genes.keys()].sort((a, b) => total[b] - total[a] || a - b);
  return { score, genes: order.map((g) => genes[g]), fit };
}

/**
 * The first `size` genes of a ranking as a panel, e.g. `HEG-50`, best first.
 * @throws SpotbenchError `bad-config` when there are fewer candidates.
 */
export function topPanel(ranking: GeneRanking, size: number): GenePanel {
  const { prefix } = RULES[ranking.score];
  if (ranking.genes.length < size)
    throw new SpotbenchError(
      'bad-config',
      `panel ${prefix}-${size}: needed ${size} genes measured in every training section, found ${ranking.genes.length}; ask for fewer`,
    );
  return makePanel({
    name: `${prefix}-${size}`,
    rule: rankingRule(ranking),
    genes: ranking.genes.slice(0, size),
    source: 'training sections',
    fittedOn: ranking.fit.sections.map(({ id }) => id),
  });
}

/** The rule of a ranking in words. */
export function rankingRule({ score, fit }: GeneRanking): string {
  const among = fit.candidates
    ? `${fit.candidates.length} given genes`
    : 'the genes measured in every training section';
  return (
    `${RULES[score].words} of ${fit.target} within a section (over N), averaged over training sections; ` +
    `among ${among}; ties by gene name`
  );
}
