import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CountMatrix } from '../contracts/counts.ts';
import { loess } from '../expression/loess.ts';
import { highlyVariableGenes, type HvgFlavour } from './highly-variable.ts';

interface Golden {
  genes: string[];
  sections: number[][][];
  one: Record<HvgFlavour, { chosen: string[]; score: (number | null)[] }>;
  all: Golden['one'];
  /** normalize_total without a target. */
  median: { chosen: string[]; score: (number | null)[] };
  loess: { x: number[]; y: number[]; fitted: number[] };
}
/** Written by scripts/golden_hvg.py with scanpy. */
const golden = JSON.parse(readFileSync(new URL('../../fixtures/hvg/made-up.json', import.meta.url), 'utf8')) as Golden;
const FLAVOURS: HvgFlavour[] = ['seurat', 'cell_ranger', 'seurat_v3', 'seurat_v3_paper'];

function toCounts(rows: number[][], genes: readonly string[]): CountMatrix {
  const sparse = rows.map((row) => [...row.entries()].filter(([, count]) => count > 0));
  const indptr = new Uint32Array(rows.length + 1);
  sparse.forEach((row, i) => (indptr[i + 1] = indptr[i] + row.length));
  const flat = sparse.flat();
  return { genes, indptr, indices: Uint32Array.from(flat, ([g]) => g), values: Float32Array.from(flat, ([, v]) => v) };
}

const sections = golden.sections.map((rows, i) => ({ id: `S${i}`, counts: toCounts(rows, golden.genes) }));

function worst(score: Float64Array, expected: readonly (number | null)[]): number {
  const differences = expected.map((value, g) => {
    if (value === null) return Number.isNaN(score[g]) ? 0 : Infinity;
    return Math.abs(score[g] - value) / Math.max(1, Math.abs(value));
  });
  return Math.max(...differences);
}

describe('highlyVariableGenes', () => {
  it.each(FLAVOURS)('%s chooses and scores genes of one section as scanpy does', (flavour) => {
    const { chosen, score } = highlyVariableGenes([sections[0]], { flavour, topGenes: 30 });
    expect([...chosen].sort()).toEqual(golden.one[flavour].chosen);
    // Sums in another order: 1e-9 is some thousand units in the last place, after logarithms of differences.
    expect(worst(score, golden.one[flavour].score)).toBeLessThan(1e-9);
  });

  it('scales to the median total where asked, as scanpy does by itself', () => {
    const options = { flavour: 'seurat', topGenes: 30 } as const;
    const { chosen, score } = highlyVariableGenes([sections[0]], { ...options, scaleTo: 'median' });
    expect([...chosen].sort()).toEqual(golden.median.chosen);
    expect(worst(score, golden.median.score)).toBeLessThan(1e-9);
    expect(worst(highlyVariableGenes([sections[0]], options).score, golden.median.score)).toBeGreaterThan(1e-3);
  });

  it('chooses among the genes given, with the library sizes of all', () => {
    const options = { flavour: 'seurat', topGenes: 3 } as const;
    const among = golden.genes.filter((_, g) => g % 2 === 0);
    const some = highlyVariableGenes([sections[0]], { ...options, among });
    expect(some.genes).toEqual(among);
    const kept = golden.sections[0].map((row) => row.filter((_, g) => g % 2 === 0));
    const alone = highlyVariableGenes([{ id: 'S0', counts: toCounts(kept, among) }], options);
    expect([...some.score]).not.toEqual([...alone.score]);
  });

  it.each(FLAVOURS)('%s combines sections as scanpy does its batches', (flavour) => {
    const { chosen, score } = highlyVariableGenes(sections, { flavour, topGenes: 30 });
    expect([...chosen].sort()).toEqual(golden.all[flavour].chosen);
    expect(worst(score, golden.all[flavour].score)).toBeLessThan(1e-9);
  });

  it.each(FLAVOURS)('%s does not depend on the order of genes or sections', (flavour) => {
    const order = [...golden.genes.keys()].sort((a, b) => ((a * 37) % 150) - ((b * 37) % 150));
    const genes = order.map((g) => golden.genes[g]);
    const shuffled = golden.sections.map((rows, i) => ({
      id: `S${i}`,
      counts: toCounts(
        rows.map((row) => order.map((g) => row[g])),
        genes,
      ),
    }));
    const options = { flavour, topGenes: 30 };
    expect(highlyVariableGenes(shuffled.reverse(), options).chosen).toEqual(
      highlyVariableGenes(sections, options).chosen,
    );
  });

  it('takes counts that are no whole numbers: halves of all give the same scores', () => {
    const halved = sections[0].counts.values.map((count) => count / 2);
    const of = (counts: CountMatrix): Float64Array =>
      highlyVariableGenes([{ id: 'S0', counts }], { flavour: 'seurat', topGenes: 30 }).score;
    const halves = of({ ...sections[0].counts, values: halved });
    expect(
      worst(
        halves,
        Array.from(of(sections[0].counts), (v) => (Number.isNaN(v) ? null : v)),
      ),
    ).toBeLessThan(1e-9);
  });

  it('refuses what cannot be computed, saying why', () => {
    expect(() => highlyVariableGenes([], { flavour: 'seurat', topGenes: 5 })).toThrow(
      'needed a gene measured in every section',
    );
    const flat = {
      id: 'F',
      counts: toCounts(
        golden.sections[0].map((row) => row.map(() => 1)),
        golden.genes,
      ),
    };
    expect(() => highlyVariableGenes([flat], { flavour: 'cell_ranger', topGenes: 5 })).toThrow('have the mean');
    const same = golden.sections[0].map((row, i) => row.map((_, g) => Number(i === g % 3)));
    const counts = toCounts(same, golden.genes);
    expect(() => highlyVariableGenes([{ id: 'S', counts }], { flavour: 'seurat_v3', topGenes: 5 })).toThrow(
      'loess: needed points at different x',
    );
  });
});

describe('loess', () => {
  it('equals skmisc, with points that share their x', () => {
    const fitted = loess(Float64Array.from(golden.loess.x), Float64Array.from(golden.loess.y), 0.3);
    expect(worst(fitted, golden.loess.fitted)).toBeLessThan(1e-10);
  });

  it('gives back a parabola', () => {
    const x = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i) * 3);
    const y = x.map((value) => 2 - value + 0.5 * value ** 2);
    const fitted = loess(x, y, 0.5);
    // Between vertices the blending polynomial is cubic, so a parabola is exact.
    fitted.forEach((value, i) => expect(value).toBeCloseTo(y[i], 10));
  });
});
