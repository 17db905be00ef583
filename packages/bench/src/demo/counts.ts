import { createRandom } from '@spotbench/core';
import type { DemoGene } from './genes.ts';
import { activityInSpot } from './programmes.ts';
import type { Programmes, SectionKey } from './programmes.ts';
import type { DemoSpot } from './spot-array.ts';

/** Spread of a patient's own level of a gene, in log rate: as large as a medium planted effect. */
const PATIENT_SD = 0.5;
/** Spread of the sequencing depth of spots, in log counts. */
const DEPTH_SD = 0.3;
/** Cellular places give more molecules: change of the log depth from activity 0 to 1 of tumour and immune cells. */
const DEPTH_PER_CELLULARITY = 0.5;

/**
 * Counts of every spot and gene: Poisson(baseRate · exp(strength · activity + patient effect) · depth). Row-major. [N, G]
 */
export function demoCounts(
  { cohort, seed, patient, section }: SectionKey,
  spots: readonly DemoSpot[],
  spotDiameterPx: number,
  genes: readonly DemoGene[],
  programmes: Programmes,
): Uint32Array {
  const ofPatient = createRandom(seed, cohort, 'patient', patient);
  const levels = genes.map((gene) => gene.baseRate * Math.exp(PATIENT_SD * ofPatient.normal()));
  const random = createRandom(seed, cohort, 'counts', section);
  const counts = new Uint32Array(spots.length * genes.length);
  for (const [i, spot] of spots.entries()) {
    const activity = activityInSpot(programmes, spot, spotDiameterPx);
    const cellularity = Math.max(activity.tumour, activity.immune);
    const depth = Math.exp(DEPTH_SD * random.normal() + DEPTH_PER_CELLULARITY * (cellularity - 0.5));
    for (const [g, gene] of genes.entries()) {
      const effect = gene.programme === undefined ? 0 : gene.strength * activity[gene.programme];
      counts[i * genes.length + g] = random.poisson(levels[g] * Math.exp(effect) * depth);
    }
  }
  return counts;
}
