import { createRandom } from '@spotbench/core';
import type { DemoCohort } from './cohorts.ts';
import { gaussianField, tabulate } from './smooth-field.ts';
import type { Area, SmoothField } from './smooth-field.ts';

/**
 * The latent morphology programmes. Each is painted and each drives genes:
 * `tumour` nests of large nuclei; `immune` dense small round nuclei; `fibrosis` eosin-rich fibres and spindle nuclei;
 * `gland` lumens lined by nuclei; `fat` empty vacuoles; `grade` size and darkness of the tumour nuclei. They are named as in
 * breast; in skin and liver the same pictures stand for other cells (`tissues.ts`).
 */
export const PROGRAMMES = ['tumour', 'immune', 'fibrosis', 'gland', 'fat', 'grade'] as const;
export type Programme = (typeof PROGRAMMES)[number];

/** Activity of each programme at each place, 0 to 1. */
export type Programmes = Readonly<Record<Programme, SmoothField>>;

/** About two spots: neighbours are alike, distant spots are not. */
const LENGTH_PX = 330;
/** Share of the variance that two sections of a patient have in common, as neighbouring cuts of one tumour do. */
const SHARED = 0.75;
const STEEPNESS = 2.6;
const PATIENT_SHIFT_SD = 0.35;

/** What every random stream of a section is addressed by, so that no two sections or cohorts share a draw. */
export interface SectionKey {
  readonly cohort: DemoCohort;
  readonly seed: number;
  readonly patient: string;
  readonly section: string;
}

/** The programmes of one section: logistic of a patient field, a section field, a patient shift and the prevalence. */
export function makeProgrammes(
  { cohort, seed, patient, section }: SectionKey,
  area: Area,
  prevalence: Readonly<Record<Programme, number>>,
): Programmes {
  const activity = (programme: Programme): SmoothField => {
    const ofPatient = createRandom(seed, cohort, 'programme', programme, patient);
    const common = gaussianField(ofPatient, area, LENGTH_PX);
    const own = gaussianField(createRandom(seed, cohort, 'programme', programme, section), area, LENGTH_PX);
    const shift = prevalence[programme] + PATIENT_SHIFT_SD * ofPatient.normal();
    return tabulate(area, (x, y) => {
      const level = Math.sqrt(SHARED) * common.at(x, y) + Math.sqrt(1 - SHARED) * own.at(x, y) + shift;
      return 1 / (1 + Math.exp(-STEEPNESS * level));
    });
  };
  return Object.fromEntries(PROGRAMMES.map((programme) => [programme, activity(programme)])) as Record<
    Programme,
    SmoothField
  >;
}

/** Activity of every programme in a spot: mean of its centre and four points 0.7 radii around it. [6] */
export function activityInSpot(
  programmes: Programmes,
  { pixelX: x, pixelY: y }: { readonly pixelX: number; readonly pixelY: number },
  diameterPx: number,
): Record<Programme, number> {
  const reach = 0.35 * diameterPx;
  const around = [
    [0, 0],
    [reach, 0],
    [-reach, 0],
    [0, reach],
    [0, -reach],
  ];
  const mean = (field: SmoothField): number =>
    around.reduce((sum, [dx, dy]) => sum + field.at(x + dx, y + dy), 0) / around.length;
  const activity = Object.fromEntries(PROGRAMMES.map((name) => [name, mean(programmes[name])])) as Record<
    Programme,
    number
  >;
  // Grade is a property of tumour nuclei: where there are none it neither shows nor acts.
  return { ...activity, grade: activity.grade * activity.tumour };
}
