import { createRandom } from '@spotbench/core';
import { DEMO_COHORTS, type DemoCohort } from './cohorts.ts';
import { PROGRAMMES } from './programmes.ts';
import type { Programme } from './programmes.ts';

/** A gene of a demo cohort and what is planted in it. */
export interface DemoGene {
  readonly name: string;
  /** The programme that drives it; none for genes without a trace in the image. */
  readonly programme?: Programme;
  /** Change of the log rate from activity 0 to activity 1. */
  readonly strength: number;
  /** Mean count at activity 0, depth 1. */
  readonly baseRate: number;
}

/** Few, so that every method is quick; HEG-50 and HVG-50 are a quarter of them each. */
export const GENE_COUNT = 200;

/** Expressed everywhere alike: nothing in the image tells their level. */
const HOUSEKEEPING = ['GAPDH', 'ACTB', 'B2M', 'TMSB10', 'RPLP0', 'EEF1A1'];
const MARKER_STRENGTH = 2.2;
/** Strengths of the invented genes, in turn: none, weak, medium, strong. */
const STRENGTHS = [0, 0.5, 1, 1.8];

/** The genes, in file order: markers, housekeeping, then invented ones up to 200. The same for every section of a cohort. */
export function demoGenes(cohort: DemoCohort, seed: number): DemoGene[] {
  const random = createRandom(seed, cohort, 'genes');
  const { markers: markerNames } = DEMO_COHORTS[cohort].tissue;
  const rate = (logMean: number): number => Math.exp(logMean + 0.8 * random.normal());
  const markers = PROGRAMMES.flatMap((programme) =>
    markerNames[programme].map((name) => ({ name, programme, strength: MARKER_STRENGTH, baseRate: rate(0.8) })),
  );
  const housekeeping = HOUSEKEEPING.map((name) => ({ name, strength: 0, baseRate: rate(3.2) }));
  const invented = Array.from({ length: GENE_COUNT - markers.length - housekeeping.length }, (_, i) => {
    const strength = STRENGTHS[i % STRENGTHS.length];
    const name = `DEMO${String(i + 1).padStart(3, '0')}`;
    const programme = PROGRAMMES[random.integer(PROGRAMMES.length)];
    return strength === 0
      ? { name, strength, baseRate: rate(0.7) }
      : { name, programme, strength, baseRate: rate(0.7) };
  });
  return [...markers, ...housekeeping, ...invented];
}
