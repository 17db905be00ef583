import type { PatchFunction } from './operation.ts';

/**
 * Brightness, contrast, saturation and hue of 8-bit RGB as Pillow's ImageEnhance and torchvision's adjust_hue compute them,
 * to the last bit: single-precision blending, cut (not rounded) to 8 bits.
 */

/** Grey of a pixel, ITU-R 601-2 luma in 16-bit fixed point: round((19595 R + 38470 G + 7471 B) / 65536). */
const grey = (red: number, green: number, blue: number): number =>
  (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

/** degenerate + factor * (value - degenerate) in single precision, clipped to [0, 255] and cut to a whole number. */
function blend(degenerate: number, value: number, factor: number): number {
  const mixed = Math.fround(degenerate + Math.fround(factor * (value - degenerate)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

/** Blends every value with one level of grey: factor 0 gives that grey, 1 the image, more exaggerates it. */
function blendWithLevel(source: Uint8Array, target: Uint8Array, level: number, factor: number): void {
  const single = Math.fround(factor);
  const table = Uint8Array.from({ length: 256 }, (_, value) => blend(level, value, single));
  for (let i = 0; i < target.length; i++) target[i] = table[source[i]];
}

/** clip(factor * value). */
export const brightness =
  (factor: number): PatchFunction =>
  (source, target) =>
    blendWithLevel(source, target, 0, factor);

/** clip(m + factor * (value - m)), m the rounded mean grey of the patch. */
export const contrast =
  (factor: number): PatchFunction =>
  (source, target) => {
    let sum = 0;
    for (let i = 0; i < source.length; i += 3) sum += grey(source[i], source[i + 1], source[i + 2]);
    blendWithLevel(source, target, Math.floor(sum / (source.length / 3) + 0.5), factor);
  };

/** clip(g + factor * (value - g)), g the grey of the pixel. */
export const saturation =
  (factor: number): PatchFunction =>
  (source, target) => {
    const single = Math.fround(factor);
    for (let i = 0; i < source.length; i += 3) {
      const [red, green, blue] = [source[i], source[i + 1], source[i + 2]];
      const level = grey(red, green, blue);
      target[i] = blend(level, red, single);
      target[i + 1] = blend(level, green, single);
      target[i + 2] = blend(level, blue, single);
    }
  };

/**
 * Turns the hue of every pixel by `shift` of the colour circle, through 8-bit HSV. `shift` is applied in whole steps of
 * 1/256, cut towards 0 from shift * 255, and wraps around, as torchvision's does.
 */
export const hue =
  (shift: number): PatchFunction =>
  (source, target) => {
    const steps = Math.trunc(shift * 255);
    for (let i = 0; i < source.length; i += 3) {
      const [red, green, blue] = [source[i], source[i + 1], source[i + 2]];
      const most = Math.max(red, green, blue);
      const span = most - Math.min(red, green, blue);
      const hueLevel = span === 0 ? 0 : hueOf(red, green, blue, most, span);
      const saturationLevel = span === 0 ? 0 : Math.trunc(Math.fround(Math.fround(span / most) * 255));
      writeHsv(target, i, (hueLevel + steps) & 255, saturationLevel, most);
    }
  };

const { fround, round } = Math;

/** Hue as 0..255: which two channels lead, and by how much. Pillow divides in single and adds in double precision. */
function hueOf(red: number, green: number, blue: number, most: number, span: number): number {
  const [r, g, b] = [fround((most - red) / span), fround((most - green) / span), fround((most - blue) / span)];
  const sixths = red === most ? fround(b - g) : green === most ? fround(2 + r - b) : fround(4 + g - r);
  return Math.min(255, Math.trunc(fround((sixths / 6 + 1) % 1) * 255));
}

/** Writes the RGB of an 8-bit (hue, saturation, value). */
function writeHsv(target: Uint8Array, at: number, h: number, s: number, v: number): void {
  const sixths = fround((h * 6) / 255);
  const sector = Math.floor(sixths);
  const rest = fround(sixths - sector);
  const part = fround(s / 255);
  // Lowest, falling and rising edge of the sector.
  const p = round(fround(v * (1 - part)));
  const q = round(fround(v * (1 - part * rest)));
  const t = round(fround(v * (1 - part * (1 - rest))));
  const sectorRgb = s === 0 ? 0 : sector % 6;
  target[at] = s === 0 || sectorRgb === 0 || sectorRgb === 5 ? v : sectorRgb === 1 ? q : sectorRgb === 4 ? t : p;
  target[at + 1] = s === 0 || sectorRgb === 1 || sectorRgb === 2 ? v : sectorRgb === 0 ? t : sectorRgb === 3 ? q : p;
  target[at + 2] = s === 0 || sectorRgb === 3 || sectorRgb === 4 ? v : sectorRgb === 2 ? t : sectorRgb === 5 ? q : p;
}
