import { createRandom } from '@spotbench/core';
import { isTissue, type SpotArray } from './spot-array.ts';

const COLUMNS = 8;
const ROWS = 8;
const FIRST_COLUMN = 8;
const FIRST_ROW = 10;
/** 200 um: 1.18 um/px. */
const PITCH_PX = 170;
const MARGIN_PX = 165;
/** In array steps; about what the real selection files show. */
const ALIGNMENT_SD = 0.05;

/** Legacy Spatial Transcriptomics: 8 x 8 spots in a square grid. */
export const squareArray: SpotArray = {
  area: {
    width: (COLUMNS - 1) * PITCH_PX + 2 * MARGIN_PX,
    height: (ROWS - 1) * PITCH_PX + 2 * MARGIN_PX,
  },
  spotDiameterPx: 100,
  spots({ cohort, seed, section }, outline) {
    const random = createRandom(seed, cohort, 'grid', section);
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
        inTissue: isTissue(outline, pixelX, pixelY),
      };
    });
  },
};
