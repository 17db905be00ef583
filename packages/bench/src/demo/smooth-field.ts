import type { Random } from '@spotbench/core';

/** Size of an image or of the area a field covers, in pixels. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

/** A function of the pixel position that varies slowly. */
export interface SmoothField {
  at(x: number, y: number): number;
}

/** Distance between tabulated values: far below every length scale used here, far above a pixel. */
const STEP_PX = 16;
const COSINES = 24;

/**
 * A random function with mean 0, variance 1 and covariance exp(-d² / 2ℓ²) (random Fourier features, Rahimi & Recht 2007):
 * f(p) = √(2/M) Σ cos(ωₘ·p + φₘ), ωₘ ~ N(0, 1/ℓ²), φₘ uniform.
 */
export function gaussianField(random: Random, area: Area, lengthPx: number): SmoothField {
  const waves = Array.from({ length: COSINES }, () => ({
    x: random.normal() / lengthPx,
    y: random.normal() / lengthPx,
    phase: 2 * Math.PI * random.uniform(),
  }));
  const scale = Math.sqrt(2 / COSINES);
  return tabulate(area, (x, y) => {
    let sum = 0;
    for (const wave of waves) sum += Math.cos(wave.x * x + wave.y * y + wave.phase);
    return scale * sum;
  });
}

/** A function evaluated every 16 pixels and interpolated bilinearly between; constant beyond the area. */
export function tabulate({ width, height }: Area, f: (x: number, y: number) => number): SmoothField {
  const columns = Math.ceil(width / STEP_PX) + 2;
  const rows = Math.ceil(height / STEP_PX) + 2;
  const values = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) values[j * columns + i] = f(i * STEP_PX, j * STEP_PX);
  return new TabulatedField(values, columns, rows);
}

class TabulatedField implements SmoothField {
  readonly #values: Float32Array;
  readonly #columns: number;
  readonly #rows: number;

  constructor(values: Float32Array, columns: number, rows: number) {
    this.#values = values;
    this.#columns = columns;
    this.#rows = rows;
  }

  at(x: number, y: number): number {
    const u = Math.min(Math.max(x / STEP_PX, 0), this.#columns - 1.001);
    const v = Math.min(Math.max(y / STEP_PX, 0), this.#rows - 1.001);
    const i = Math.floor(u);
    const j = Math.floor(v);
    const at = j * this.#columns + i;
    const values = this.#values;
    const top = values[at] + (u - i) * (values[at + 1] - values[at]);
    const below = at + this.#columns;
    const bottom = values[below] + (u - i) * (values[below + 1] - values[below]);
    return top + (v - j) * (bottom - top);
  }
}
