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
  /**
   * Three patients, so that a fold that leaves one out has one to train on and one to validate on. In the legacy layouts the
   * first has two sections, so that leaving out a section is something else than leaving out a patient.
   */
  readonly sections: readonly { readonly id: string; readonly patient: string }[];
}

export const DEMO_COHORTS: Readonly<Record<DemoCohort, CohortDesign>> = {
  demo: {
    tissue: breast,
    array: squareArray,
    layout: her2stLayout,
    sections: [
      { id: 'A1', patient: 'A' },
      { id: 'A2', patient: 'A' },
      { id: 'B1', patient: 'B' },
      { id: 'C1', patient: 'C' },
    ],
  },
  'demo-cscc': {
    tissue: skin,
    array: squareArray,
    layout: geoStLayout,
    sections: [
      { id: 'P1_ST_rep1', patient: 'P1' },
      { id: 'P1_ST_rep2', patient: 'P1' },
      { id: 'P2_ST_rep1', patient: 'P2' },
      { id: 'P3_ST_rep1', patient: 'P3' },
    ],
  },
  'demo-visium': {
    tissue: liver,
    array: hexagonalArray,
    layout: visiumLayout,
    sections: ['L1', 'L2', 'L3'].map((id) => ({ id, patient: id })),
  },
};
