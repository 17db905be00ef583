import { describe, expect, it } from 'vitest';
import type { Spots } from '../contracts/spots.ts';
import type { RgbImage } from '../images/decode-image.ts';
import { createPatchReader } from '../images/patch-reader.ts';
import { createRandom } from '../random/random.ts';
import { featureView, scalePx } from './view-name.ts';
import { viewSquares } from './view-squares.ts';

const SIDE = 500;
const random = createRandom(1, 'view-squares');
const image: RgbImage = {
  widthPx: SIDE,
  heightPx: SIDE,
  pixels: Uint8Array.from({ length: SIDE * SIDE * 3 }, () => 1 + random.integer(255)),
};

function spotsAt(...places: [number, number][]): Spots {
  const [x, y] = [Float32Array.from(places, (p) => p[0]), Float32Array.from(places, (p) => p[1])];
  return { ids: places.map((_, i) => `s${i}`), arrayX: x, arrayY: y, pixelX: x, pixelY: y };
}

/** The rectangle of the image with that corner, black beyond its edge; written for itself to compare with. */
function cutByHand(left: number, top: number, sidePx: number): Uint8Array {
  return Uint8Array.from({ length: sidePx * sidePx * 3 }, (_, at) => {
    const x = left + (Math.floor(at / 3) % sidePx);
    const y = top + Math.floor(at / 3 / sidePx);
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : image.pixels[(y * SIDE + x) * 3 + (at % 3)];
  });
}

async function cut(view: Parameters<typeof viewSquares>[0], spots: Spots, fieldPx?: number): Promise<Uint8Array[]> {
  const { rows, tokens, sidePx, centres } = viewSquares(view, spots, fieldPx);
  expect(centres.ids.length).toBe(rows * tokens);
  const reader = createPatchReader(() => Promise.resolve(image), centres);
  return Promise.all(centres.ids.map((_, i) => reader.read([i], { sizePx: sidePx })));
}

describe('viewSquares', () => {
  it('cuts the central 222 px of the 224 px crop into 3 x 3 tiles of 74 px, row by row', async () => {
    const tiles = await cut('tiles', spotsAt([250.7, 240], [30, 480]));
    expect(tiles).toHaveLength(18);
    for (const [spot, x, y] of [
      [0, 250, 240],
      [1, 30, 480],
    ]) {
      for (let t = 0; t < 9; t++) {
        const [column, row] = [t % 3, Math.floor(t / 3)];
        expect(tiles[9 * spot + t]).toEqual(cutByHand(x - 112 + 1 + 74 * column, y - 112 + 1 + 74 * row, 74));
      }
    }
  });

  it('cuts the crop into 7 x 7 cells of 32 px that leave nothing out', async () => {
    const cells = await cut('tokens', spotsAt([250, 240]));
    cells.forEach((cell, t) =>
      expect(cell).toEqual(cutByHand(250 - 112 + 32 * (t % 7), 240 - 112 + 32 * Math.floor(t / 7), 32)),
    );
  });

  it('takes three spot pitches around the spot as its neighbourhood', async () => {
    const spots = spotsAt([100, 100], [150, 100], [200, 100], [100, 150]);
    const [first] = await cut('neighbourhood', spots);
    expect(first).toEqual(cutByHand(100 - 75, 100 - 75, 150));
    expect(() => viewSquares('neighbourhood', spotsAt([5, 5]))).toThrow('at least two spots');
  });

  it('covers every spot and half a crop beyond with 16 squares of the slide, in rows', () => {
    const spots = spotsAt([100, 300], [400, 310], [250, 330]);
    const { rows, tokens, sidePx, centres } = viewSquares('slide', spots);
    expect({ rows, tokens, sidePx }).toEqual({ rows: 1, tokens: 16, sidePx: 131 }); // (300 + 224) / 4
    const left = centres.pixelX[0] - 65;
    const top = centres.pixelY[0] - 65;
    expect([left, left + 4 * sidePx]).toEqual([250 - 262, 250 + 262]);
    expect([top, top + 4 * sidePx]).toEqual([315 - 262, 315 + 262]);
    expect([...centres.pixelX.subarray(0, 5)]).toEqual([0, 1, 2, 3, 0].map((c) => left + 65 + 131 * c));
    expect([...centres.pixelY.subarray(3, 5)]).toEqual([top + 65, top + 65 + 131]);
  });

  it('scales with the crop of the encoder, and refuses one too small to divide', async () => {
    const [tile] = await cut('tiles', spotsAt([250, 250]), 100);
    expect(tile).toEqual(cutByHand(250 - 49, 250 - 49, 33));
    expect(await cut('scale-672', spotsAt([250, 250]))).toEqual([cutByHand(138, 138, 224)]);
    expect(() => viewSquares('tokens', spotsAt([9, 9]), 6)).toThrow('needed a crop of at least 7 px, got 6');
  });
});

describe('featureView', () => {
  it('knows the views and any scale, and lists the nearest', () => {
    expect(['patch', 'tiles', 'scale-672'].map(featureView)).toEqual(['patch', 'tiles', 'scale-672']);
    expect([scalePx('scale-672'), scalePx('patch')]).toEqual([672, undefined]);
    expect(() => featureView('tile')).toThrow('unknown view "tile"; did you mean "tiles"');
    expect(() => featureView('scale-67x')).toThrow('did you mean "scale-672"');
    for (const name of ['scale-0', 'scale-', 'scale-12.5', 'Patch']) expect(() => featureView(name)).toThrow('unknown');
  });
});
