import { createRandom } from '@spotbench/core';
import type { Random } from '@spotbench/core';
import sharp, { type Sharp } from 'sharp';
import type { Programmes, SectionKey } from '../programmes.ts';
import { gaussianField, tabulate } from '../smooth-field.ts';
import type { Area, SmoothField } from '../smooth-field.ts';
import { blankCanvas, smoothStep } from './canvas.ts';
import { paintCells } from './cells.ts';
import { makeFibres } from './fibres.ts';
import { paintGround } from './ground.ts';
import type { Scene } from './ground.ts';
import { paintFat, paintGlands } from './holes.ts';
import { patientStain, toRgb } from './stain.ts';

/** The optics: nuclei have no pixel-sharp borders. */
const BLUR_SIGMA_PX = 0.7;

/** Across a nest: a few cells, so that every spot holds several and its expression depends on the programme alone. */
const NEST_PX = 38;

function tumourNests(random: Random, area: Area): SmoothField {
  const field = gaussianField(random, area, NEST_PX);
  return tabulate(area, (x, y) => smoothStep(-0.75, -0.25, field.at(x, y)));
}

/** Paints a section: 8-bit RGB, to be encoded. */
export function sectionImage(key: SectionKey, area: Area, programmes: Programmes, outline: SmoothField): Sharp {
  const random = createRandom(key.seed, key.cohort, 'paint', key.section);
  const scene: Scene = {
    programmes,
    outline,
    fibres: makeFibres(random.fork('fibres'), area),
    nests: tumourNests(random.fork('nests'), area),
  };
  const canvas = blankCanvas(area);
  paintGround(canvas, scene, random.fork('ground'));
  paintFat(canvas, scene, random.fork('fat'));
  paintGlands(canvas, scene, random.fork('glands'));
  paintCells(canvas, scene, random.fork('cells'));
  const rgb = toRgb(canvas, patientStain(key));
  return sharp(rgb, { raw: { width: area.width, height: area.height, channels: 3 } }).blur(BLUR_SIGMA_PX);
}
