import { createRandom } from '@spotbench/core';
import type { SectionKey } from './programmes.ts';
import { tabulate } from './smooth-field.ts';
import type { Area, SmoothField } from './smooth-field.ts';

const HARMONICS = 5;

/**
 * Depth of a place inside the tissue, in pixels: positive inside, negative on bare glass. The outline is an ellipse with a
 * few harmonics of the angle; the sections of a patient differ a little.
 */
export function tissueOutline({ cohort, seed, patient, section }: SectionKey, { width, height }: Area): SmoothField {
  const ofPatient = createRandom(seed, cohort, 'outline', patient);
  const ofSection = createRandom(seed, cohort, 'outline', section);
  const waves = Array.from({ length: HARMONICS }, (_, k) => ({
    order: k + 2,
    size: (0.05 * ofPatient.normal() + 0.02 * ofSection.normal()) / Math.sqrt(k + 1),
    phase: 2 * Math.PI * ofPatient.uniform(),
  }));
  const radius = Math.min(width, height) / 2;
  return tabulate({ width, height }, (x, y) => {
    const u = (x - width / 2) / (width / 2);
    const v = (y - height / 2) / (height / 2);
    // Exponent 3 instead of 2: fuller than an ellipse, as a piece of tissue cut to fit the array is.
    const distance = Math.cbrt(Math.abs(u) ** 3 + Math.abs(v) ** 3);
    const angle = Math.atan2(v, u);
    const edge = waves.reduce((sum, wave) => sum + wave.size * Math.cos(wave.order * angle + wave.phase), 0.93);
    return (edge - distance) * radius;
  });
}
