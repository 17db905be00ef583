import type { Ranking } from '../../report/board-schema.ts';
import { columnOf, type OnPredictions } from '../numbers/method-results.ts';
import { rankedSet } from '../../report/ranked-set.ts';
import type { TruthColumns } from '../numbers/truth-columns.ts';
import type { SiteDataset } from '../site-input.ts';
import { quantise, type QuantisedColumn } from './quantise.ts';

/** Genes offered where a data set has no marker list. */
const MOST_GENES = 12;

/** What a method predicted of the mapped genes of a section. */
export interface MappedMethod {
  readonly fold: number;
  readonly seed: number;
  readonly values: readonly QuantisedColumn[];
  readonly pcc: readonly (number | null)[];
  readonly undefined: readonly (string | null)[];
}

/** A section with measured and predicted values of a few genes. */
export interface MappedSection {
  readonly section: string;
  readonly patient: string;
  readonly spotIds: readonly string[];
  readonly genes: readonly string[];
  readonly measured: readonly QuantisedColumn[];
  /** What each method predicted, by its name. */
  readonly methods: Map<string, MappedMethod>;
}

/** The mapped sections of one ranking, by section. */
export interface RankingMaps {
  readonly ranking: Ranking;
  readonly sections: Map<string, MappedSection>;
}

/** Fills the maps of a ranking while the predictions of its cells pass by. A section tested in several folds shows the first. */
export function collectMaps(maps: RankingMaps, dataset: SiteDataset, truth: TruthColumns): OnPredictions {
  const set = rankedSet(maps.ranking.sets);
  return async ({ cell }, { sections, sets }, predictions) => {
    for (const prediction of predictions) {
      const rows = new Map(sections.find((s) => s.section === prediction.section)?.rows.map((row) => [row.gene, row]));
      const known = maps.sections.get(prediction.section);
      const inSet = (sets[prediction.section] as Record<string, readonly string[]> | undefined)?.[set] ?? [];
      const variance = (gene: string): number => rows.get(gene)?.truthVar ?? 0;
      const mostVariable = [...inSet]
        .sort((a, b) => variance(b) - variance(a) || (a < b ? -1 : 1))
        .slice(0, MOST_GENES);
      const wanted = known?.genes ?? dataset.markers?.genes ?? mostVariable;
      const genes = wanted.filter((gene) => prediction.genes.includes(gene));
      if (genes.length === 0 || (known && genes.length < known.genes.length)) continue;
      if (known?.methods.has(cell.method)) continue;
      const measured = known ? [] : await truth(cell, prediction, genes);
      if (measured === undefined) continue;
      const entry = known ?? {
        section: prediction.section,
        patient: prediction.patient,
        spotIds: prediction.spotIds,
        genes,
        measured: measured.map(quantise),
        methods: new Map<string, MappedMethod>(),
      };
      maps.sections.set(prediction.section, entry);
      entry.methods.set(cell.method, {
        fold: cell.fold,
        seed: cell.seed,
        values: genes.map((gene) => quantise(columnOf(prediction, gene))),
        pcc: genes.map((gene) => rows.get(gene)?.pcc ?? null),
        undefined: genes.map((gene) => rows.get(gene)?.undefined ?? null),
      });
    }
  };
}
