import { z } from 'zod';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { hashValue } from '../hash/sha256.ts';

/** A named list of genes, with how it came about. */
export const genePanelSchema = z.strictObject({
  /** E.g. `HEG-50`. */
  name: z.string().min(1),
  /** How genes were chosen, in words that determine the list. */
  rule: z.string().min(1),
  size: z.int().positive(),
  genes: z.array(z.string().min(1)),
  /** Citation, file or data set. */
  source: z.string().min(1),
  /** Ids of the sections the rule looked at, sorted; empty for a list made elsewhere. */
  fittedOn: z.array(z.string()),
  /** SHA-256 over all of the above. */
  hash: z.string().length(64),
});
export type GenePanel = z.infer<typeof genePanelSchema>;

/**
 * Completes a panel with its size and hash. @throws SpotbenchError `bad-config` when a gene stands twice or there is none.
 */
export function makePanel(panel: {
  name: string;
  rule: string;
  genes: readonly string[];
  source: string;
  fittedOn: readonly string[];
}): GenePanel {
  const { name, rule, source } = panel;
  const content = { name, rule, size: panel.genes.length, genes: [...panel.genes], source };
  const whole = { ...content, fittedOn: [...panel.fittedOn].sort() };
  return checkPanel({ ...whole, hash: hashValue(whole) }, `panel ${name}`);
}

function checkPanel(panel: GenePanel, where: string): GenePanel {
  const fail = (what: string): never => {
    throw new SpotbenchError('bad-config', `${where}: ${what}; correct the list`);
  };
  const { hash, ...content } = panel;
  if (panel.genes.length === 0) fail('needed at least one gene, found none');
  const twice = panel.genes.find((gene, g) => panel.genes.indexOf(gene) !== g);
  if (twice !== undefined) fail(`gene ${twice} stands twice`);
  if (panel.size !== panel.genes.length) fail(`size is ${panel.size}, found ${panel.genes.length} genes`);
  if (hash !== hashValue(content)) fail('the content does not match its hash');
  return panel;
}

/** Parses and checks a panel read from a file. @throws SpotbenchError `bad-config`. */
export function parsePanel(value: unknown, where: string): GenePanel {
  const result = genePanelSchema.safeParse(value);
  if (!result.success)
    throw new SpotbenchError('bad-config', `${where}: not a gene panel: ${z.prettifyError(result.error)}`);
  return checkPanel(result.data, where);
}
