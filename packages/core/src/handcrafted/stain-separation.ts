/**
 * Colour deconvolution, Ruifrok & Johnston 2001 (Anal. Quant. Cytol. Histol. 23:291-299): optical densities of a pixel are
 * the amounts of three dyes times each dye's absorption in red, green and blue. Rows: haematoxylin, eosin, DAB, as published
 * there; each is divided by its length before use.
 */
export const STAIN_VECTORS: readonly (readonly [number, number, number])[] = [
  [0.65, 0.704, 0.286],
  [0.072, 0.99, 0.105],
  [0.268, 0.57, 0.776],
];

/** Optical density of an 8-bit level: -log10((level + 1) / 256), from 2.41 for black to 0 for 255. [256] */
export const OPTICAL_DENSITY: Float32Array = Float32Array.from(
  { length: 256 },
  (_, level) => -Math.log10((level + 1) / 256),
);

/**
 * The matrix that turns optical densities (red, green, blue) into amounts of haematoxylin, eosin and DAB:
 * amount[s] = Σ density[c] · UNMIX[3c + s]. Row-major. [3, 3]
 */
export const UNMIX: Float64Array = invert3(STAIN_VECTORS.map(unitLength));

function unitLength(vector: readonly [number, number, number]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** Inverse of a 3 x 3 matrix by cofactors. */
function invert3([[a, b, c], [d, e, f], [g, h, i]]: number[][]): Float64Array {
  const cofactors = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0];
  return Float64Array.from(cofactors.flat(), (x) => x / determinant);
}
