import type { Section } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { TargetName } from '../expression/target-rule.ts';
import type { Fold } from '../splits/split-manifest.ts';
import { type CuratedGenes, markerPanel } from './fixed-panel.ts';
import { type GenePanel, makePanel } from './gene-panel.ts';
import { type GeneRanking, rankGenes, rankingRule, topPanel } from './ranked-panel.ts';

/** The gene sets of one fold. Every gene of `marker`, `heg` and `hvg` is in `all`, so every scored gene is predicted. */
export interface FoldPanels {
  /** Curated genes; undefined where none is given, or none of them is in the fixed panel. */
  readonly marker: GenePanel | undefined;
  readonly heg: GenePanel;
  readonly hvg: GenePanel;
  /** The genes that methods predict, in the column order of every expression matrix. */
  readonly all: GenePanel;
}

export interface FoldPanelOptions {
  readonly target: TargetName;
  readonly markers?: CuratedGenes;
  /** Predict exactly this panel, and choose scored genes from it: the paper protocols. */
  readonly fixed?: GenePanel;
  /** Size of HEG and HVG. */
  readonly scoredSize?: number;
  /** How many of the most variable genes are predicted (all candidates where there are fewer). */
  readonly allSize?: number;
}

/** The sections of a fold that may be fitted on: training and validation. @throws SpotbenchError `bad-split`. */
export function fittingSections<S extends Pick<Section, 'id'>>(fold: Fold, sections: readonly S[]): S[] {
  const byId = new Map(sections.map((section) => [section.id, section]));
  return fold.sections
    .filter(({ role }) => role !== 'test')
    .map(({ section }) => {
      const found = byId.get(section);
      if (!found)
        throw new SpotbenchError(
          'bad-split',
          `fold ${fold.index}: section ${section} is not in the data; read it first`,
        );
      return found;
    });
}

/**
 * Fits the panels of a fold on its training and validation sections. The counts of test sections are never read; of the other
 * sections only gene names are, to tell a misspelt marker from one that this fold happens to lack.
 * @throws SpotbenchError `bad-config` when there are too few candidate genes, `bad-data` when no section has a marker.
 */
export function fitFoldPanels(
  fold: Fold,
  sections: readonly Pick<Section, 'id' | 'counts'>[],
  options: FoldPanelOptions,
): FoldPanels {
  const { target, fixed, scoredSize = 50, allSize = 1000 } = options;
  const fit = { sections: fittingSections(fold, sections), target, candidates: fixed?.genes };
  const byVariance = rankGenes('variance', fit);
  const heg = topPanel(rankGenes('mean', fit), scoredSize);
  const hvg = topPanel(byVariance, scoredSize);
  const marker = foldMarkers(options, sections);
  return { marker, heg, hvg, all: fixed ?? unionPanel(byVariance, allSize, marker ? [marker, heg, hvg] : [heg, hvg]) };
}

function foldMarkers({ markers, fixed }: FoldPanelOptions, sections: readonly Pick<Section, 'id' | 'counts'>[]) {
  if (!markers) return undefined;
  const curated = markerPanel(markers, sections);
  if (!fixed) return curated;
  const genes = curated.genes.filter((gene) => fixed.genes.includes(gene));
  if (genes.length === 0) return undefined;
  return makePanel({ ...curated, rule: `curated list, those in ${fixed.name}`, genes });
}

/** The `size` first genes of a ranking united with the genes of other panels, sorted by name. */
function unionPanel(ranking: GeneRanking, size: number, others: readonly GenePanel[]): GenePanel {
  const genes = new Set([...ranking.genes.slice(0, size), ...others.flatMap((panel) => panel.genes)]);
  const names = others.map(({ name, hash }) => `${name} (${hash.slice(0, 12)})`).join(', ');
  return makePanel({
    name: 'all',
    rule: `first ${size} by: ${rankingRule(ranking)}; united with ${names}`,
    genes: [...genes].sort(),
    source: 'training sections',
    fittedOn: ranking.fit.sections.map(({ id }) => id),
  });
}
