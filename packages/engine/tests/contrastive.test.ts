/** The parts between a contrastive method and its training: chunks, tables, standardising, validation data. */
import { describe, expect, test } from 'vitest';
import { plantedSlides } from '@spotbench/engine/testing';
import { chunksOf } from '../src/contrastive/reference-bank.ts';
import { positionCount, spotTable } from '../src/contrastive/spot-table.ts';
import { fitStandardiser, standardise } from '../src/contrastive/standardiser.ts';

const slides = plantedSlides({ sections: 2, spots: 9, features: 3, genes: 2, noise: 0, seed: 0 });

describe('chunksOf', () => {
  const ranges = (begin: number, end: number, size: number) =>
    chunksOf({ id: 's', begin, end }, size).map(({ rows, fresh }) => [rows[0], rows.length, fresh]);

  test('consecutive, and the last one filled up with the spots before it', () => {
    expect(ranges(10, 20, 4)).toEqual([
      [10, 4, 4],
      [14, 4, 4],
      [16, 4, 2],
    ]);
    expect(ranges(10, 18, 4)).toEqual([
      [10, 4, 4],
      [14, 4, 4],
    ]);
  });

  test('a small section is one chunk', () => {
    expect(ranges(10, 13, 4)).toEqual([[10, 3, 3]]);
    expect(ranges(10, 10, 4)).toEqual([]);
  });
});

describe('spotTable', () => {
  test('joins sections in order', () => {
    const table = spotTable(slides, 2);
    expect(table.sections).toEqual([
      { id: 'section-0', begin: 0, end: 9 },
      { id: 'section-1', begin: 9, end: 18 },
    ]);
    expect([...table.positions.subarray(0, 8)]).toEqual([2, 2, 3, 2, 4, 2, 2, 3]);
    const { values, rowOf, tokens, width } = table.features.patch!;
    expect([tokens, width, rowOf[9]]).toEqual([1, 3, 9]);
    expect(values[9 * 3]).toBe(slides[1].features!.values[0]);
    expect(positionCount(table)).toBe(5);
  });

  test('a view of the whole section is stored once and shared by its spots', () => {
    const withSlide = slides.map((slide, s) => ({
      ...slide,
      views: {
        slide: { rows: 1, tokens: 2, width: 3, values: Float32Array.of(0, 1, 2, 3, 4, 5).map((v) => v + 10 * s) },
      },
    }));
    const { patch, slide } = spotTable(withSlide, 2, ['patch', 'slide']).features;
    expect(patch!.rowOf[17]).toBe(17);
    expect(slide).toMatchObject({ tokens: 2, width: 3 });
    expect([...slide!.rowOf]).toEqual([...new Array<number>(9).fill(0), ...new Array<number>(9).fill(1)]);
    expect([...slide!.values]).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
    expect(() => spotTable(slides, 2, ['tiles'])).toThrow(
      'section section-0: the frozen regime needs image features of view tiles',
    );
  });

  test('refuses missing features, other widths and coordinates below 0', () => {
    const { features, ...bare } = slides[0];
    expect(() => spotTable([bare], 2)).toThrow('section section-0: the frozen regime needs image features');
    const narrow = { ...slides[1], features: { ...features!, names: ['only'] } };
    expect(() => spotTable([slides[0], narrow], 2)).toThrow(
      'section section-1, view patch: needed 1 x 3 features a spot',
    );
    const outside = { ...slides[0], spots: { ...slides[0].spots, arrayX: new Float32Array(9).fill(-1) } };
    expect(() => positionCount(spotTable([outside], 2))).toThrow('at least 0, got -1');
  });
});

describe('standardiser', () => {
  const values = Float32Array.of(1, 7, 3, 7, 5, 7); // columns 1, 3, 5 and 7, 7, 7

  test('mean 0 and variance 1 by column; a constant column becomes 0', () => {
    const fitted = fitStandardiser(values, 2);
    const std = Math.sqrt(8 / 3);
    const expected = [-2 / std, 0, 0, 0, 2 / std, 0];
    standardise(values, fitted, 3).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  });

  test('refuses another width', () => {
    expect(() => standardise(values, fitStandardiser(values, 3), 3)).toThrow('needed 3 spots x 3 numbers');
  });
});
