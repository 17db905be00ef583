import type { Random } from '@spotbench/core';
import { noiseTile } from '../noise-tile.ts';
import type { Programmes } from '../programmes.ts';
import type { SmoothField } from '../smooth-field.ts';
import { smoothStep } from './canvas.ts';
import type { TissueCanvas } from './canvas.ts';
import type { Fibres } from './fibres.ts';

/** What there is to paint in one section. */
export interface Scene {
  readonly programmes: Programmes;
  readonly outline: SmoothField;
  readonly fibres: Fibres;
  /** 1 inside the nests in which tumour cells lie together, 0 in the bands of stroma between them. */
  readonly nests: SmoothField;
}

/**
 * Everything that is not a nucleus or a hole: stroma (eosin with fibres), the blue-purple cytoplasm of tumour nests, clefts
 * between loose fibres, and the ragged border of the tissue.
 */
export function paintGround(canvas: TissueCanvas, scene: Scene, random: Random): void {
  const tile = noiseTile(random);
  const { programmes, outline, fibres } = scene;
  const { width, height, haematoxylin, eosin } = canvas;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const depth = outline.at(x, y);
      if (depth < -40) continue;
      const cover = smoothStep(
        -3,
        3,
        depth + 50 * (tile.at(x / 40, y / 40) - 0.5) + 12 * (tile.at(x / 7, y / 7) - 0.5),
      );
      if (cover === 0) continue;
      const fibre = fibres.at(x, y);
      const tumour = programmes.tumour.at(x, y) * scene.nests.at(x, y);
      const fibrosis = programmes.fibrosis.at(x, y);
      const cloud = tile.at(x / 23 + 40, y / 23);
      // Loose tissue tears between fibres; dense fibrosis and tumour nests do not.
      const cleft = smoothStep(0.36, 0.24, fibre + 0.22 * fibrosis + 0.25 * tumour);
      const grain = 0.75 + 0.5 * tile.at(x / 2.3, y / 2.3 + 17);
      const density = cover * (1 - 0.9 * cleft) * grain;
      eosin[at] = density * (0.08 + 0.12 * cloud + 0.1 * tumour + fibrosis * (0.04 + 0.55 * fibre));
      haematoxylin[at] = density * (0.03 + 0.07 * cloud + 0.17 * tumour * (1 - 0.5 * fibrosis));
    }
  }
}
