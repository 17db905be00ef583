import { hexagonalArray } from './hexagonal-array.ts';
import { geoStLayout } from './layouts/geo-st.ts';
import { her2stLayout } from './layouts/her2st.ts';
import type { Layout } from './layouts/layout.ts';
import { visiumLayout } from './layouts/visium.ts';
import type { SpotArray } from './spot-array.ts';
import { squareArray } from './square-array.ts';
import { breast, liver, skin, type Tissue } from './tissues.ts';

/** The synthetic cohorts: one for each layout that real data comes in. */
export type DemoCohort = 'demo' | 'demo-cscc' | 'demo-visium';

/** What a cohort is. */
export interface CohortDesign {
  readonly tissue: Tissue;
  readonly array: SpotArray;
  readonly layout: Layout;
  /** Three patients, so that a fold that leaves one out has one to train on and one to validate on. */
  readonly sections: readonly { readonly id: string; readonly patient: string }[];
}

const sectionsOf = (
  patients: readonly string[],
  ids: (patient: string) => readonly string[],
): CohortDesign['sections'] => patients.flatMap((patient) => ids(patient).map((id) => ({ id, patient })));

export const DEMO_COHORTS: Readonly<Record<DemoCohort, CohortDesign>> = {
  demo: {
    tissue: breast,
    array: squareArray,
    layout: her2stLayout,
    sections: sectionsOf(['A', 'B', 'C'], (patient) => [`${patient}1`, `${patient}2`]),
  },
  'demo-cscc': {
    tissue: skin,
    array: squareArray,
    layout: geoStLayout,
    sections: sectionsOf(['P1', 'P2', 'P3'], (patient) => [`${patient}_ST_rep1`, `${patient}_ST_rep2`]),
  },
  'demo-visium': {
    tissue: liver,
    array: hexagonalArray,
    layout: visiumLayout,
    sections: sectionsOf(['L1', 'L2', 'L3'], (patient) => [patient]),
  },
};
