import type { Random } from '@spotbench/core';
import type { TissueCanvas } from './canvas.ts';
import type { Scene } from './ground.ts';
import { hasTissue, jitteredPlaces } from './places.ts';
import { paintNucleus } from './nuclei.ts';

const TUMOUR_SPACING_PX = 17;
const IMMUNE_SPACING_PX = 12;
const STROMA_SPACING_PX = 30;

/** Nuclei of tumour cells, immune cells and fibroblasts; each kind is as dense as its programme is active. */
export function paintCells(canvas: TissueCanvas, scene: Scene, random: Random): void {
  paintStromaCells(canvas, scene, random.fork('stroma'));
  paintTumourCells(canvas, scene, random.fork('tumour'));
  paintImmuneCells(canvas, scene, random.fork('immune'));
}

/** Large, slightly oval; grade makes them larger, darker and less alike. */
function paintTumourCells(canvas: TissueCanvas, scene: Scene, random: Random): void {
  const { tumour, grade } = scene.programmes;
  for (const { x, y } of jitteredPlaces(canvas, TUMOUR_SPACING_PX, random)) {
    const [draw, size, shape, shade, turn] = draws(random);
    const dense = tumour.at(x, y) ** 1.3 * scene.nests.at(x, y);
    if (draw > 0.95 * dense || !hasTissue(canvas, scene, x, y)) continue;
    const high = grade.at(x, y);
    const a = 5.2 + 2.6 * high + (1.2 + 2 * high) * (size - 0.5);
    const darkness = 0.5 + 0.45 * high + 0.25 * (shade - 0.5);
    paintNucleus(canvas, { x, y, a, b: a * (0.7 + 0.28 * shape), angle: Math.PI * turn, darkness });
  }
}

/** Small, round, dark, packed. */
function paintImmuneCells(canvas: TissueCanvas, scene: Scene, random: Random): void {
  const { immune } = scene.programmes;
  for (const { x, y } of jitteredPlaces(canvas, IMMUNE_SPACING_PX, random)) {
    const [draw, size, shape, shade, turn] = draws(random);
    if (draw > 0.75 * immune.at(x, y) ** 1.5 || !hasTissue(canvas, scene, x, y)) continue;
    const a = 3.7 + 0.9 * (size - 0.5);
    paintNucleus(canvas, { x, y, a, b: a * (0.9 + 0.1 * shape), angle: Math.PI * turn, darkness: 0.95 + 0.2 * shade });
  }
}

/** Thin spindles along the fibres. */
function paintStromaCells(canvas: TissueCanvas, scene: Scene, random: Random): void {
  const { fibrosis, tumour } = scene.programmes;
  for (const { x, y } of jitteredPlaces(canvas, STROMA_SPACING_PX, random)) {
    const [draw, size, shape, shade, turn] = draws(random);
    const wanted = 0.25 + 0.6 * fibrosis.at(x, y) - 0.3 * tumour.at(x, y);
    if (draw > wanted || !hasTissue(canvas, scene, x, y)) continue;
    const angle = scene.fibres.angle(x, y) + 0.5 * (turn - 0.5);
    paintNucleus(canvas, { x, y, a: 7 + 4 * size, b: 1.9 + shape, angle, darkness: 0.55 + 0.3 * shade });
  }
}

/** Always five numbers, so that a cell that is not drawn does not shift the ones after it. */
function draws(random: Random): [number, number, number, number, number] {
  return [random.uniform(), random.uniform(), random.uniform(), random.uniform(), random.uniform()];
}
