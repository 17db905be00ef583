import { createRandom } from '@spotbench/core';
import type { SectionKey } from './programmes.ts';
import type { Area, SmoothField } from './smooth-field.ts';

/** A spot of the array, in the terms of a selection file. */
export interface DemoSpot {
  readonly arrayX: number;
  readonly arrayY: number;
  /** Measured array position: the printed one plus alignment error. */
  readonly newX: number;
  readonly newY: number;
  readonly pixelX: number;
  readonly pixelY: number;
  readonly inTissue: boolean;
}

const COLUMNS = 13;
const ROWS = 12;
const FIRST_COLUMN = 8;
const FIRST_ROW = 10;
const PITCH_PX = 170;
const MARGIN_PX = 165;
/** In array steps; about what the real selection files show. */
const ALIGNMENT_SD = 0.05;

/** Size of every image of the cohort. */
export const IMAGE: Area = {
  width: (COLUMNS - 1) * PITCH_PX + 2 * MARGIN_PX,
  height: (ROWS - 1) * PITCH_PX + 2 * MARGIN_PX,
};

/** All 13 x 12 spots of the array over a section, row by row. */
export function spotGrid({ seed, section }: SectionKey, outline: SmoothField): DemoSpot[] {
  const random = createRandom(seed, 'demo', 'grid', section);
  return Array.from({ length: COLUMNS * ROWS }, (_, i) => {
    const column = i % COLUMNS;
    const row = Math.floor(i / COLUMNS);
    const shiftX = ALIGNMENT_SD * random.normal();
    const shiftY = ALIGNMENT_SD * random.normal();
    const pixelX = MARGIN_PX + (column + shiftX) * PITCH_PX;
    const pixelY = MARGIN_PX + (row + shiftY) * PITCH_PX;
    return {
      arrayX: FIRST_COLUMN + column,
      arrayY: FIRST_ROW + row,
      newX: FIRST_COLUMN + column + shiftX,
      newY: FIRST_ROW + row + shiftY,
      pixelX,
      pixelY,
      inTissue: outline.at(pixelX, pixelY) > 20,
    };
  });
}
