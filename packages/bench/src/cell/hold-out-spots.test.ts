import { createRandom, type PatchStore, type TrainingSlide } from '@spotbench/core';
import { describe, expect, it } from 'vitest';
import { holdOutSpots } from './hold-out-spots.ts';

const N = 10;
const numbers = (n: number, scale = 1): Float32Array => Float32Array.from({ length: n }, (_, i) => i * scale);

/** Spot i has i in every number of it: what belongs together can be told. */
function slide(id: string): TrainingSlide {
  const twice = Float32Array.from({ length: 2 * N }, (_, k) => Math.floor(k / 2));
  return {
    id,
    patient: 'P',
    spots: {
      ids: Array.from({ length: N }, (_, i) => `${i}`),
      arrayX: numbers(N),
      arrayY: numbers(N),
      pixelX: numbers(N),
      pixelY: numbers(N),
    },
    features: { encoder: 'none', names: ['a', 'b'], values: twice },
    views: {
      tiles: { rows: N, tokens: 2, width: 1, values: twice },
      slide: { rows: 1, tokens: 2, width: 1, values: Float32Array.of(7, 8) },
    },
    expression: { genes: ['A', 'B'], values: twice, librarySize: numbers(N) },
    patches: { read: (rows) => Promise.resolve(Uint8Array.from(rows)) },
  };
}

describe('holdOutSpots', () => {
  const { train, validation } = holdOutSpots([slide('S1'), slide('S2')], 0.2, createRandom(1));

  it('puts every spot of a section on one side, a fifth of them on the other', () => {
    for (const s of [0, 1]) {
      expect([train[s].spots.ids.length, validation[s].spots.ids.length]).toEqual([8, 2]);
      const all = [...train[s].spots.ids, ...validation[s].spots.ids].map(Number).sort((a, b) => a - b);
      expect(all).toEqual([...Array(N).keys()]);
    }
    expect(validation.map(({ id }) => id)).toEqual(['S1', 'S2']);
    expect(validation[0].spots.ids).not.toEqual(validation[1].spots.ids);
  });

  it('keeps everything of a spot together', async () => {
    for (const { spots, expression, features, views, patches } of [...train, ...validation]) {
      const ids = spots.ids.map(Number);
      const twice = ids.flatMap((id) => [id, id]);
      expect([...spots.pixelX]).toEqual(ids);
      expect([...expression.values]).toEqual(twice);
      expect([...expression.librarySize]).toEqual(ids);
      expect([...features!.values]).toEqual(twice);
      expect([...views!.tiles!.values]).toEqual(twice);
      expect(views!.tiles!.rows).toBe(ids.length);
      expect([...views!.slide!.values]).toEqual([7, 8]);
      expect([...(await patches.read([1, 0]))]).toEqual([ids[1], ids[0]]);
    }
  });

  it('holds the same spots out for the same seed', () => {
    const ids = (seed: number): readonly string[] =>
      holdOutSpots([slide('S1')], 0.2, createRandom(seed)).validation[0].spots.ids;
    expect(ids(1)).toEqual(validation[0].spots.ids);
    expect([2, 3, 4].some((seed) => String(ids(seed)) !== String(ids(1)))).toBe(true);
  });

  it('refuses too few spots, and patches on disk', () => {
    expect(() => holdOutSpots([slide('S1')], 0.04, createRandom(1))).toThrow(
      'section S1: 10 spots, too few to hold 4 % out',
    );
    const stored = { ...slide('S1'), patchStore: {} as PatchStore };
    expect(() => holdOutSpots([stored], 0.2, createRandom(1))).toThrow('cannot be held out in the finetune regime');
  });
});
