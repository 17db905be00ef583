/** A gene of one list that is probably a gene of the other under another name. */
export interface Renamed {
  readonly a: string;
  readonly b: string;
  /** Which rule made both names alike. */
  readonly rule: string;
}

/** A way in which one gene comes by two names: names with the same key are one gene. Undefined where it does not apply. */
interface RenamingRule {
  readonly name: string;
  readonly keyOf: (gene: string) => string | undefined;
}

const MONTH_GENES: Readonly<Record<string, string>> = { SEPT: 'SEPTIN', MARCH: 'MARCHF', MAR: 'MARCHF', SEP: 'SEPTIN' };

/** Symbols renamed one by one that panels of this field are known to differ in; old name to the one HGNC approves. */
const ALIASES: Readonly<Record<string, string>> = {
  IGJ: 'JCHAIN',
  CD20: 'MS4A1',
  HER2: 'ERBB2',
  FAM46C: 'TENT5C',
  ATP5B: 'ATP5F1B',
  ATP5A1: 'ATP5F1A',
  H2AFZ: 'H2AZ1',
  H3F3B: 'H3-3B',
  H3F3A: 'H3-3A',
  MLLT4: 'AFDN',
  WISP2: 'CCN5',
  CTGF: 'CCN2',
  CYR61: 'CCN1',
};

/** In the order in which they are tried. */
const rules: readonly RenamingRule[] = [
  { name: 'case', keyOf: (gene) => gene.toUpperCase() },
  { name: 'alias', keyOf: (gene) => ALIASES[gene.toUpperCase()] ?? gene.toUpperCase() },
  { name: 'months', keyOf: monthGene },
  { name: 'version', keyOf: (gene) => gene.toUpperCase().replace(/\.\d+$/, '') },
  { name: 'punctuation', keyOf: (gene) => gene.toUpperCase().replaceAll(/[^A-Z0-9]/g, '') },
];

/** `SEPT2`, `SEPTIN2` and a spreadsheet's `2-Sep` are one gene. */
function monthGene(gene: string): string | undefined {
  const upper = gene.toUpperCase();
  const [, family, number] = /^(SEPTIN|SEPT|MARCHF|MARCH)(\d+)$/.exec(upper) ?? [];
  if (family !== undefined) return `${MONTH_GENES[family] ?? family}${number}`;
  const [, day, month] = /^(\d{1,2})-(SEP|MAR)$/.exec(upper) ?? [];
  return month === undefined ? undefined : `${MONTH_GENES[month]}${Number(day)}`;
}

/**
 * Pairs genes of `a` with genes of `b` that may be the same under another name, by the first rule under which exactly one of
 * each has the key. Suggestions for a person: nothing is ever renamed.
 */
export function renamedGenes(a: readonly string[], b: readonly string[]): Renamed[] {
  const found: Renamed[] = [];
  for (const { name, keyOf } of rules) {
    const isPaired = (gene: string): boolean => found.some((pair) => pair.a === gene || pair.b === gene);
    const [left, right] = [a, b].map((genes) =>
      byKey(
        genes.filter((gene) => !isPaired(gene)),
        keyOf,
      ),
    );
    for (const [key, genes] of left) {
      const others = right.get(key) ?? [];
      if (genes.length === 1 && others.length === 1) found.push({ a: genes[0], b: others[0], rule: name });
    }
  }
  return found.sort((x, y) => (x.a < y.a ? -1 : 1));
}

function byKey(genes: readonly string[], keyOf: RenamingRule['keyOf']): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const gene of genes) {
    const key = keyOf(gene);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), gene]);
  }
  return groups;
}
