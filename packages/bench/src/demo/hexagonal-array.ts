import { isTissue, type SpotArray } from './spot-array.ts';

const COLUMNS = 10;
const ROWS = 10;
/** Of one parity: array row and column of a Visium spot are both even or both odd. */
const FIRST_COLUMN = 40;
const FIRST_ROW = 30;
const UM_PER_PX = 0.7;
/** 100 um. */
const PITCH_PX = 100 / UM_PER_PX;
const ROW_PX = (PITCH_PX * Math.sqrt(3)) / 2;
const MARGIN_PX = 140;

/**
 * Visium: 10 rows of 10 spots, 100 um from each of six neighbours, 55 um across. Odd rows are offset by half a pitch, which
 * is one array column; pixels are whole, as Space Ranger writes them. The middle of a whole array of 78 x 128.
 */
export const hexagonalArray: SpotArray = {
  area: {
    width: Math.ceil((COLUMNS - 0.5) * PITCH_PX + 2 * MARGIN_PX),
    height: Math.ceil((ROWS - 1) * ROW_PX + 2 * MARGIN_PX),
  },
  spotDiameterPx: 55 / UM_PER_PX,
  spots(_key, outline) {
    return Array.from({ length: COLUMNS * ROWS }, (_, i) => {
      const row = Math.floor(i / COLUMNS);
      const column = 2 * (i % COLUMNS) + (row % 2);
      const [arrayX, arrayY] = [FIRST_COLUMN + column, FIRST_ROW + row];
      const pixelX = Math.round(MARGIN_PX + (column * PITCH_PX) / 2);
      const pixelY = Math.round(MARGIN_PX + row * ROW_PX);
      const inTissue = isTissue(outline, pixelX, pixelY);
      return { arrayX, arrayY, newX: arrayX, newY: arrayY, pixelX, pixelY, inTissue };
    });
  },
};
