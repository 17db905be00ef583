import type { GeneScore } from '../metrics/gene-score.ts';
import type { ScoredSection } from '../metrics/score-matrix.ts';
import type { Random } from '../random/random.ts';

/** Standard deviations of what makes up a simulated score. */
export interface ScoreSpread {
  readonly patient: number;
  readonly section: number;
  readonly gene: number;
  readonly rest: number;
}

/** How many of each there are. */
export interface ScoreCounts {
  readonly patients: number;
  readonly sections: number;
  readonly genes: number;
}

/** Gene effects and the part of each section that every method meets: the exam. */
export interface SimulatedExam {
  readonly genes: readonly string[];
  readonly geneEffects: readonly number[];
  /** [patients x sections] */
  readonly sectionEffects: readonly number[];
}

/** Draws the exam all methods of one simulated benchmark sit. Sections are per patient. */
export function simulateExam(
  { patients, sections, genes }: ScoreCounts,
  spread: ScoreSpread,
  random: Random,
): SimulatedExam {
  const names = Array.from({ length: genes }, (_, g) => `G${String(g).padStart(3, '0')}`);
  const patientEffects = Array.from({ length: patients }, () => spread.patient * random.normal());
  return {
    genes: names,
    geneEffects: names.map(() => spread.gene * random.normal()),
    sectionEffects: patientEffects.flatMap((effect) =>
      Array.from({ length: sections }, () => effect + spread.section * random.normal()),
    ),
  };
}

/**
 * Rows of one method: score = skill + exam's gene and section effects + the method's own patient, section, gene and residual
 * effects. Not clipped to [-1, 1]: the statistics are linear and the truth of the simulation is then exactly `skill`.
 */
export function simulateMethod(
  skill: number,
  exam: SimulatedExam,
  { patients, sections }: ScoreCounts,
  own: ScoreSpread,
  random: Random,
): ScoredSection[] {
  const geneEffects = exam.genes.map((_, g) => exam.geneEffects[g] + own.gene * random.normal());
  return Array.from({ length: patients }, () => own.patient * random.normal()).flatMap((patientEffect, p) =>
    Array.from({ length: sections }, (_, s): ScoredSection => {
      const base = skill + patientEffect + own.section * random.normal() + exam.sectionEffects[p * sections + s];
      return {
        patient: `P${p}`,
        section: `P${p}S${s}`,
        rows: exam.genes.map((gene, g) => scoreRow(gene, base + geneEffects[g] + own.rest * random.normal())),
      };
    }),
  );
}

function scoreRow(gene: string, pcc: number): GeneScore {
  const absent = { spearman: null, r2: null, mse: null, mae: null, truthMean: 1, truthVar: 1, predVar: 1 };
  return { ...absent, gene, nSpots: 300, pcc, undefined: null };
}
