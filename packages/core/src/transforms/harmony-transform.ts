import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { Expression } from '../contracts/slide.ts';
import { harmony, type HarmonyOptions, type HarmonyResult } from './harmony.ts';

/** Expression of a section in target units; the values are [N, G]. */
export interface SectionExpression {
  readonly id: string;
  readonly expression: Pick<Expression, 'genes' | 'values'>;
}

/** The protocol that asks for a transform. */
export interface TransformUse {
  readonly protocol: string;
  readonly tier: string;
}

/** What a transform made of the sections, and what it saw. */
export interface TransductiveResult extends Omit<HarmonyResult, 'values'> {
  readonly transductive: true;
  /** Corrected values of each section, in the order given; may be below 0. [N, G] each */
  readonly values: readonly Float32Array[];
  /** Ids of all sections it was fitted on, the test section among them, sorted. */
  readonly fittedOn: readonly string[];
}

/**
 * A correction that cannot be fitted on training sections and applied to others: it is computed from every section at once,
 * test expression included, and moves the truth that is scored. Hence not a `FittedTarget`: there is no `apply` to a section
 * alone, and only a protocol of tier `paper` may use it.
 */
export interface TransductiveTransform {
  readonly name: string;
  readonly transductive: true;
  /** @throws SpotbenchError `bad-config` unless the protocol is of tier `paper`. */
  correctAll(sections: readonly SectionExpression[], use: TransformUse): TransductiveResult;
}

/**
 * Harmony over sections as batches, on the genes themselves (no principal components), as the liver papers do: BLEEP's and
 * MViTGene's preprocessing code hands harmonypy ln(1 + normalised counts) of all four sections [N, G], all options default.
 * @throws SpotbenchError `bad-config` when two sections have one id or sections differ in genes; and as `harmony`.
 */
export function harmonyTransform(options: HarmonyOptions): TransductiveTransform {
  return {
    name: 'harmony',
    transductive: true,
    correctAll: (sections, use) => {
      requirePaperTier('harmony', use);
      requireSameGenes(sections);
      const width = sections[0]?.expression.genes.length ?? 0;
      const batches = sections.flatMap(({ id, expression }) =>
        Array.from({ length: expression.values.length / width }, () => id),
      );
      const { values, ...rest } = harmony(joined(sections), width, batches, options);
      const fittedOn = sections.map(({ id }) => id).sort();
      return { ...rest, transductive: true, fittedOn, values: split(values, sections) };
    },
  };
}

function requirePaperTier(name: string, { protocol, tier }: TransformUse): void {
  if (tier !== 'paper')
    throw new SpotbenchError(
      'bad-config',
      `protocol ${protocol}: ${name} sees the expression of test sections, so it needs tier paper, found ${tier}; ` +
        'take the transform out or declare the protocol a paper one',
    );
}

function requireSameGenes(sections: readonly SectionExpression[]): void {
  const ids = sections.map(({ id }) => id);
  const twice = ids.find((id, s) => ids.indexOf(id) !== s);
  if (twice !== undefined)
    throw new SpotbenchError('bad-config', `harmony: section ${twice} stands twice, needed once`);
  for (const { id, expression } of sections) {
    const { genes } = sections[0].expression;
    const at = genes.findIndex((gene, g) => gene !== expression.genes[g]);
    if (at >= 0 || genes.length !== expression.genes.length)
      throw new SpotbenchError(
        'bad-config',
        `harmony: sections ${ids[0]} and ${id} differ in genes (${genes.length} and ${expression.genes.length}` +
          `${at >= 0 ? `; gene ${at + 1} is ${genes[at]} and ${expression.genes[at]}` : ''}); use one list for all`,
      );
  }
}

function joined(sections: readonly SectionExpression[]): Float64Array {
  const length = sections.reduce((sum, { expression }) => sum + expression.values.length, 0);
  const values = new Float64Array(length);
  let at = 0;
  for (const { expression } of sections) {
    values.set(expression.values, at);
    at += expression.values.length;
  }
  return values;
}

function split(values: Float64Array, sections: readonly SectionExpression[]): Float32Array[] {
  let at = 0;
  return sections.map(({ expression }) => {
    const part = Float32Array.from(values.subarray(at, at + expression.values.length));
    at += expression.values.length;
    return part;
  });
}
