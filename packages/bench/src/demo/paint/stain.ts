import { createRandom } from '@spotbench/core';
import type { SectionKey } from '../programmes.ts';
import type { TissueCanvas } from './canvas.ts';

type Rgb = readonly [number, number, number];

/** How a patient's slides were stained and scanned. */
export interface Stain {
  /** Optical density per unit of dye in red, green and blue. */
  readonly haematoxylin: Rgb;
  readonly eosin: Rgb;
  /** Colour of bare glass, 0..255. */
  readonly glass: Rgb;
}

/** Ours: between the vectors of Ruifrok & Johnston (2001) and the navy and rose of the her2st scans. */
const HAEMATOXYLIN: Rgb = [0.78, 0.68, 0.3];
const EOSIN: Rgb = [0.17, 0.76, 0.34];
const GLASS: Rgb = [243, 240, 243];

/** A patient's stain: both dyes up to some 15% stronger or weaker, their hue and the glass a little off. */
export function patientStain({ cohort, seed, patient }: Omit<SectionKey, 'section'>): Stain {
  const random = createRandom(seed, cohort, 'stain', patient);
  const vary = (dye: Rgb): Rgb => {
    const strength = Math.exp(0.1 * random.normal());
    return [
      strength * dye[0] * (1 + 0.06 * random.normal()),
      strength * dye[1] * (1 + 0.06 * random.normal()),
      strength * dye[2] * (1 + 0.06 * random.normal()),
    ];
  };
  const tint = (level: number): number => Math.min(252, level + 4 * random.normal());
  return {
    haematoxylin: vary(HAEMATOXYLIN),
    eosin: vary(EOSIN),
    glass: [tint(GLASS[0]), tint(GLASS[1]), tint(GLASS[2])],
  };
}

const DENSITY_STEPS = 512;
const MAX_DENSITY = 4;

/** Colours by the Beer-Lambert law: I = glass · 10^-(H·h + E·e). 8 bit. [height, width, 3] */
export function toRgb({ width, height, haematoxylin, eosin }: TissueCanvas, stain: Stain): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let channel = 0; channel < 3; channel++) {
    const levels = levelsByDensity(stain.glass[channel]);
    const h = stain.haematoxylin[channel] * DENSITY_STEPS;
    const e = stain.eosin[channel] * DENSITY_STEPS;
    const last = levels.length - 1;
    for (let i = 0, at = channel; i < haematoxylin.length; i++, at += 3) {
      const step = (haematoxylin[i] * h + eosin[i] * e + 0.5) | 0;
      rgb[at] = levels[step < last ? step : last];
    }
  }
  return rgb;
}

function levelsByDensity(glass: number): Uint8Array {
  return Uint8Array.from({ length: MAX_DENSITY * DENSITY_STEPS }, (_, i) =>
    Math.round(glass * 10 ** (-i / DENSITY_STEPS)),
  );
}
