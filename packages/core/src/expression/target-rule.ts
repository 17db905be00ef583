import type { CountMatrix } from '../contracts/counts.ts';
import { type ColumnMap, forEachCount, librarySizes, spotCount } from '../counts/csr.ts';
import { lookUp } from '../errors/unknown-name.ts';

/** How counts become the numbers that methods predict. */
export interface TargetRule {
  readonly name: string;
  /** For tables and records. */
  readonly formula: string;
  /** What a spot's counts are divided by: its molecules over all measured genes, or over the panel only. */
  readonly total: 'measured' | 'panel';
  /** Molecules per spot after scaling: a number, or the median total of the section's spots that have any. */
  readonly scale: number | 'median';
  /** The compression applied to scaled counts; 0 goes to 0. */
  readonly log: (scaled: number) => number;
}

/** `log1p-10k`: ln(1 + 10,000 count / library size), this benchmark's own target. */
const log1p10k: TargetRule = {
  name: 'log1p-10k',
  formula: 'ln(1 + 10000 * count / total over all measured genes)',
  total: 'measured',
  scale: 10_000,
  log: Math.log1p,
};

/** `panel-log10`: log10(1 + 10,000 count / panel total), as the mclSTExp and HisToGene line of papers has it. */
const panelLog10: TargetRule = {
  name: 'panel-log10',
  formula: 'log10(1 + 10000 * count / total over the panel)',
  total: 'panel',
  scale: 10_000,
  log: (scaled) => Math.log10(1 + scaled),
};

/**
 * `log1p-median`: ln(1 + median total * count / library size), scanpy's normalize_total and log1p as they are called without
 * options (CMRCNet, MViTGene). The median is the section's own, so a spot's value depends on the other spots of its section.
 */
const log1pMedian: TargetRule = {
  name: 'log1p-median',
  formula: 'ln(1 + median total of the section * count / total over all measured genes)',
  total: 'measured',
  scale: 'median',
  log: Math.log1p,
};

/** The targets by name. */
export const TARGET_RULES = {
  'log1p-10k': log1p10k,
  'log1p-median': log1pMedian,
  'panel-log10': panelLog10,
} as const;
export type TargetName = keyof typeof TARGET_RULES;

/** @throws SpotbenchError `unknown-name` listing the nearest names. */
export function targetRule(name: string): TargetRule {
  return lookUp('expression target', name, TARGET_RULES);
}

/**
 * Calls `visit(i, g, value)` with the target value of every non-zero count of the mapped genes; all others are 0. A spot
 * whose total is 0 has no non-zero count among them, so nothing is ever divided by 0. Returns the totals. [N]
 */
export function forEachTarget(
  counts: CountMatrix,
  columns: ColumnMap,
  rule: TargetRule,
  visit: (spot: number, gene: number, value: number) => void,
): Float32Array {
  const totals = rule.total === 'measured' ? librarySizes(counts) : panelTotals(counts, columns);
  const scale = rule.scale === 'median' ? medianTotal(totals) : rule.scale;
  forEachCount(counts, columns, (i, g, count) => visit(i, g, rule.log((scale * count) / totals[i])));
  return totals;
}

/** The median of the totals above 0, as scanpy takes it; 0 where there are none. */
export function medianTotal(totals: Float32Array): number {
  const positive = totals.filter((total) => total > 0).sort();
  const [low, high] = [positive[(positive.length - 1) >> 1], positive[positive.length >> 1]];
  return positive.length === 0 ? 0 : (low + high) / 2;
}

function panelTotals(counts: CountMatrix, columns: ColumnMap): Float32Array {
  const totals = new Float32Array(spotCount(counts));
  forEachCount(counts, columns, (i, _, count) => (totals[i] += count));
  return totals;
}
