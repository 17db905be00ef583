import type { CountMatrix } from '../contracts/counts.ts';
import type { Section } from '../contracts/section.ts';
import type { Expression } from '../contracts/slide.ts';
import { librarySizes, mapColumns } from '../counts/csr.ts';
import { hashValue } from '../hash/sha256.ts';
import { forEachTarget, type TargetName, targetRule } from './target-rule.ts';

/** A section's expression in target units, and what was special about it. */
export interface TargetExpression extends Expression {
  /** Genes of the target that this section did not measure: 0 in every spot. */
  readonly absentGenes: readonly string[];
  /**
   * Spots whose total is 0: nothing to normalise by, so every gene is 0 there (as scanpy's normalize_total leaves them). They
   * stay, because the list of spots belongs to the data set and not to the target; they are counted so that tables can say so.
   */
  readonly zeroTotalSpots: number;
}

/** An expression target bound to genes, with the record of the sections it was fitted on. */
export interface FittedTarget {
  readonly name: TargetName;
  readonly formula: string;
  /** [G] */
  readonly genes: readonly string[];
  /** Ids of the sections it saw, sorted. */
  readonly fittedOn: readonly string[];
  /** Identity of all of the above. */
  readonly hash: string;
  /** Values [N, G] of a section's counts; works on any section, seen or not. */
  apply(counts: CountMatrix): TargetExpression;
}

/**
 * Binds the target `name` to `genes`. No rule estimates anything from these sections: a spot's value depends on that spot
 * alone, under `log1p-median` on the spots of its own section too. The sections are recorded all the same, so that every transform can be asked what it saw.
 * @throws SpotbenchError `unknown-name` for a target that is not known; RangeError when a gene stands twice.
 */
export function fitTarget(
  name: TargetName,
  genes: readonly string[],
  sections: readonly Pick<Section, 'id'>[],
): FittedTarget {
  const rule = targetRule(name);
  if (new Set(genes).size !== genes.length) throw new RangeError('fitTarget: a gene stands twice');
  const state = { name, formula: rule.formula, genes: [...genes], fittedOn: sections.map(({ id }) => id).sort() };
  return { ...state, hash: hashValue(state), apply: (counts) => applyTarget(name, state.genes, counts) };
}

function applyTarget(name: TargetName, genes: readonly string[], counts: CountMatrix): TargetExpression {
  const columns = mapColumns(counts, genes);
  const librarySize = librarySizes(counts);
  const values = new Float32Array(librarySize.length * genes.length);
  const totals = forEachTarget(counts, columns, targetRule(name), (i, g, value) => {
    values[i * genes.length + g] = value;
  });
  const zeroTotalSpots = totals.filter((total) => total === 0).length;
  return { genes, values, librarySize, absentGenes: columns.absent, zeroTotalSpots };
}
