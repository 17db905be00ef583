import { renamedGenes, type Renamed } from './renamed-genes.ts';

/** How two gene lists differ. */
export interface PanelDiff {
  readonly both: readonly string[];
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** Genes of `onlyA` that may be genes of `onlyB` under another name. */
  readonly renamed: readonly Renamed[];
}

/** Compares two gene lists by exact name; each part sorted by name. */
export function diffPanels(a: readonly string[], b: readonly string[]): PanelDiff {
  const [inA, inB] = [new Set(a), new Set(b)];
  const onlyA = [...inA].filter((gene) => !inB.has(gene)).sort();
  const onlyB = [...inB].filter((gene) => !inA.has(gene)).sort();
  return { both: [...inA].filter((gene) => inB.has(gene)).sort(), onlyA, onlyB, renamed: renamedGenes(onlyA, onlyB) };
}

/** A difference as a person reads it. */
export function describeDiff(diff: PanelDiff, [a, b]: readonly [string, string]): string {
  const { both, onlyA, onlyB, renamed } = diff;
  const list = (genes: readonly string[]): string => (genes.length > 0 ? `\n  ${genes.join(' ')}` : '');
  const pairs = renamed.map((pair) => `\n  ${pair.a} -> ${pair.b} (${pair.rule})`).join('');
  return [
    `both: ${both.length}${list(both)}`,
    `only in ${a}: ${onlyA.length}${list(onlyA)}`,
    `only in ${b}: ${onlyB.length}${list(onlyB)}`,
    `perhaps renamed: ${renamed.length}${pairs}`,
    '',
  ].join('\n');
}
