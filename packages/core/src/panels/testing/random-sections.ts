import type { CountMatrix } from '../../contracts/counts.ts';
import { createRandom, type Random } from '../../random/random.ts';

/** A section as panels see it. */
export interface CountedSection {
  readonly id: string;
  readonly counts: CountMatrix;
}

/** Compressed rows of dense counts [N, G]. */
export function sparse(genes: readonly string[], rows: readonly (readonly number[])[]): CountMatrix {
  const entries = rows.map((row) => [...row.entries()].filter(([, count]) => count !== 0));
  const indptr = new Uint32Array(rows.length + 1);
  entries.forEach((row, i) => (indptr[i + 1] = indptr[i] + row.length));
  const indices = Uint32Array.from(entries.flat(), ([g]) => g);
  return { genes, indptr, indices, values: Float32Array.from(entries.flat(), ([, count]) => count) };
}

/** Poisson counts whose means differ by gene and spot. */
export function randomSection(random: Random, id: string, genes: readonly string[], spots: number): CountedSection {
  const gene = genes.map(() => 4 * random.uniform());
  const rows = Array.from({ length: spots }, () => {
    const depth = 2 * random.uniform();
    return gene.map((mean) => random.poisson(mean * depth));
  });
  return { id, counts: sparse(genes, rows) };
}

/** Sections `S0`, `S1`, ... of the same genes and different sizes. */
export function randomSections(seed: number, howMany: number, genes: readonly string[]): CountedSection[] {
  return Array.from({ length: howMany }, (_, s) =>
    randomSection(createRandom(seed, 'section', s), `S${s}`, genes, 5 + 3 * s),
  );
}

/** The same section with its spots and genes in another order. */
export function shuffled({ id, counts }: CountedSection, random: Random): CountedSection {
  const genes = counts.genes.length;
  const [rowOrder, geneOrder] = [random.permutation(counts.indptr.length - 1), random.permutation(genes)];
  const rows = [...rowOrder].map((i) => {
    const row = new Array<number>(genes).fill(0);
    for (let k = counts.indptr[i]; k < counts.indptr[i + 1]; k++) row[counts.indices[k]] = counts.values[k];
    return [...geneOrder].map((g) => row[g]);
  });
  return {
    id,
    counts: sparse(
      [...geneOrder].map((g) => counts.genes[g]),
      rows,
    ),
  };
}
