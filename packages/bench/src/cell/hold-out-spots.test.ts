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

  it('leaves each side the patches of its own spots on disk, and no others', async () => {
    const views = [
      { name: 'patch', sizePx: 1, wholeSlide: false },
      { name: 'slide', sizePx: 1, wholeSlide: true },
    ];
    const sections = ['S1', 'S2'].map((id) => ({ id, spotsHash: '', fieldOfViewPx: {}, rows: { patch: N, slide: 1 } }));
    const read = (_: string, rows: ArrayLike<number>) => Promise.resolve(Uint8Array.from(rows));
    const store = { views, sections, read, hash: 'h' } as unknown as PatchStore;
    const stored = ['S1', 'S2'].map((id) => ({ ...slide(id), patchStore: store }));
    const held = holdOutSpots(stored, 0.2, createRandom(1));
    for (const { id, spots, patchStore } of [...held.train, ...held.validation]) {
      const ids = spots.ids.map(Number);
      expect([...(await patchStore!.read(id, [...ids.keys()], 'patch'))]).toEqual(ids);
      expect([...(await patchStore!.read(id, [0], 'slide'))]).toEqual([0]);
      expect(patchStore!.sections).toEqual([{ ...sections[0], id, rows: { patch: ids.length, slide: 1 } }]);
      for (const row of [ids.length, -1, 0.5])
        expect(() => patchStore!.read(id, [row], 'patch')).toThrow(`row must be in 0..${ids.length - 1}, got ${row}`);
      expect(() => patchStore!.read(id === 'S1' ? 'S2' : 'S1', [0], 'patch')).toThrow(`needed section ${id}`);
      expect(patchStore!.part).toEqual({ of: store, rows: ids });
    }
  });

  it('holds the same spots out for the same seed', () => {
    const ids = (seed: number): readonly string[] =>
      holdOutSpots([slide('S1')], 0.2, createRandom(seed)).validation[0].spots.ids;
    expect(ids(1)).toEqual(validation[0].spots.ids);
    expect([2, 3, 4].some((seed) => String(ids(seed)) !== String(ids(1)))).toBe(true);
  });

  it('refuses too few spots', () => {
    expect(() => holdOutSpots([slide('S1')], 0.04, createRandom(1))).toThrow(
      'section S1: 10 spots, too few to hold 4 % out',
    );
  });
});
