import { scoreMatrix } from '@spotbench/core';
import type { FinishedCell } from '../../report/read-runs.ts';

/** Correlation of a gene in the sections of one patient, averaged over those sections and the seeds. */
export interface GeneOfPatient {
  readonly patient: string;
  readonly gene: string;
  readonly pcc: number;
}

interface Mean {
  sum: number;
  n: number;
}

/**
 * Mean PCC of every gene of a set in every patient: over the patient's sections and over seeds. As in the headline a constant
 * prediction counts as 0 and a gene whose truth is constant is left out. Sorted by patient, then gene.
 */
export function geneCorrelations(cells: readonly FinishedCell[], set: string): GeneOfPatient[] {
  const byPatient = new Map<string, Map<string, Mean>>();
  for (const { sections: scored, sets } of cells) {
    const inSet = sets as Record<string, Record<string, readonly string[]> | undefined>;
    const { sections, genes, values, counted } = scoreMatrix(scored, ({ section }) => inSet[section]?.[set] ?? []);
    for (const [s, { patient }] of sections.entries()) {
      const means = byPatient.get(patient) ?? new Map<string, Mean>();
      byPatient.set(patient, means);
      for (const [g, gene] of genes.entries()) {
        const i = s * genes.length + g;
        if (counted[i] === 0) continue;
        const mean = means.get(gene) ?? { sum: 0, n: 0 };
        means.set(gene, { sum: mean.sum + values[i], n: mean.n + 1 });
      }
    }
  }
  return [...byPatient]
    .sort(byKey)
    .flatMap(([patient, genes]) =>
      [...genes].sort(byKey).map(([gene, { sum, n }]) => ({ patient, gene, pcc: sum / n })),
    );
}

/** Mean over patients of each gene's PCC, highest first; equal genes by name. */
export function rankedGenes(values: readonly GeneOfPatient[]): { gene: string; pcc: number }[] {
  const means = new Map<string, Mean>();
  for (const { gene, pcc } of values) {
    const mean = means.get(gene) ?? { sum: 0, n: 0 };
    means.set(gene, { sum: mean.sum + pcc, n: mean.n + 1 });
  }
  return [...means]
    .map(([gene, { sum, n }]) => ({ gene, pcc: sum / n }))
    .sort((a, b) => b.pcc - a.pcc || (a.gene < b.gene ? -1 : 1));
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
