import type { Random } from '@spotbench/core';
import { forEachPixel, smoothStep } from './canvas.ts';
import type { Ellipse, TissueCanvas } from './canvas.ts';
import type { Scene } from './ground.ts';
import { paintNucleus } from './nuclei.ts';
import { hasTissue, jitteredPlaces } from './places.ts';

const GLAND_SPACING_PX = 62;
const VACUOLE_SPACING_PX = 58;

/** Glands where the programme is active: an empty lumen, a ring of cytoplasm, and nuclei standing around it. */
export function paintGlands(canvas: TissueCanvas, scene: Scene, random: Random): void {
  for (const { x, y } of jitteredPlaces(canvas, GLAND_SPACING_PX, random)) {
    const draw = random.uniform();
    if (draw > scene.programmes.gland.at(x, y) ** 1.5 || !hasTissue(canvas, scene, x, y)) continue;
    if (scene.outline.at(x, y) < 60) continue;
    const a = 11 + 11 * random.uniform();
    paintGland(canvas, { x, y, a, b: a * (0.55 + 0.4 * random.uniform()), angle: Math.PI * random.uniform() }, random);
  }
}

function paintGland(canvas: TissueCanvas, lumen: Ellipse, random: Random): void {
  const epithelium = { ...lumen, a: lumen.a + 13, b: lumen.b + 13 };
  forEachPixel(canvas, epithelium, (at, q) => {
    const weight = smoothStep(1.08, 0.92, q);
    canvas.eosin[at] += weight * (0.3 - canvas.eosin[at]);
    canvas.haematoxylin[at] += weight * (0.2 - canvas.haematoxylin[at]);
  });
  empty(canvas, lumen, 0.9);
  const count = Math.round((2 * Math.PI * (lumen.a + 7)) / 8);
  for (let k = 0; k < count; k++) {
    const t = (2 * Math.PI * (k + 0.4 * random.uniform())) / count;
    const u = (lumen.a + 7.5) * Math.cos(t);
    const v = (lumen.b + 7.5) * Math.sin(t);
    const x = lumen.x + Math.cos(lumen.angle) * u - Math.sin(lumen.angle) * v;
    const y = lumen.y + Math.sin(lumen.angle) * u + Math.cos(lumen.angle) * v;
    const outward = Math.atan2(y - lumen.y, x - lumen.x);
    paintNucleus(canvas, { x, y, a: 5.2, b: 3.2, angle: outward, darkness: 0.6 + 0.2 * random.uniform() });
  }
}

/** Fat: round vacuoles close together with thin walls between them. */
export function paintFat(canvas: TissueCanvas, scene: Scene, random: Random): void {
  for (const { x, y } of jitteredPlaces(canvas, VACUOLE_SPACING_PX, random)) {
    const draw = random.uniform();
    if (draw > scene.programmes.fat.at(x, y) || scene.outline.at(x, y) < 50) continue;
    const a = 22 + 9 * random.uniform();
    empty(canvas, { x, y, a, b: a * (0.8 + 0.2 * random.uniform()), angle: Math.PI * random.uniform() }, 0.95);
  }
}

function empty(canvas: TissueCanvas, hole: Ellipse, share: number): void {
  const phase = hole.x + hole.y;
  forEachPixel(canvas, hole, (at, q, x, y) => {
    // Neighbouring cells press into a hole: three- and five-fold dents.
    const around = q > 0.75 ? Math.atan2(y - hole.y, x - hole.x) : 0; // the middle is empty either way
    const dented = q * (1 + 0.07 * Math.sin(3 * around + phase) + 0.05 * Math.sin(5 * around - phase));
    const left = 1 - share * smoothStep(1.05, 0.92, dented);
    canvas.eosin[at] *= left;
    canvas.haematoxylin[at] *= left;
  });
}
