import { isSpotbenchError, SpotbenchError } from '@spotbench/core';
import { discoverMethods } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { CARD, readCard, type SubmissionCard } from './card.ts';
import { checkTable, inOrder } from './check-table.ts';
import { neededPredictions, type NeededFold } from './needed-predictions.ts';
import { foldFolder, readTable } from './read-table.ts';

/** A section's predictions in the protocol's order. */
export interface CheckedSection {
  readonly fold: number;
  readonly section: string;
  /** Row-major. [N, G] */
  readonly values: Float32Array;
}

/** A submission's folder as it was found. */
export interface CheckedSubmission {
  readonly card: SubmissionCard;
  readonly folds: readonly NeededFold[];
  /** Of every test section that has no problem. */
  readonly sections: readonly CheckedSection[];
  /** What is wrong, a line each; empty where everything is there once. */
  readonly problems: readonly string[];
}

/**
 * Holds every prediction of a folder against the protocol's test sections, spots and genes. Nothing is trimmed: what is
 * missing, too much, twice or not a finite number is a problem with its count and first names.
 *
 * @throws SpotbenchError for a card that cannot be used; see `readCard` and `neededPredictions`.
 */
export async function checkSubmission(workspace: Workspace, folder: string): Promise<CheckedSubmission> {
  const card = readCard(folder);
  requireOwnName(workspace, card);
  const folds = await neededPredictions(workspace, card.dataset, card.protocol);
  const [sections, problems]: [CheckedSection[], string[]] = [[], []];
  for (const { fold, genes, test } of folds) {
    for (const { id: section, spots } of test) {
      const found = await checkSection(folder, fold, section, { spots: spots.ids, genes });
      if (Array.isArray(found)) problems.push(...found.map((what) => `${foldFolder(fold)}/${section}: ${what}`));
      else sections.push({ fold, section, values: found });
    }
  }
  return { card, folds, sections, problems };
}

/** Its values in order, or what is wrong with them. */
async function checkSection(
  folder: string,
  fold: number,
  section: string,
  needed: { readonly spots: readonly string[]; readonly genes: readonly string[] },
): Promise<Float32Array | string[]> {
  try {
    const table = await readTable(folder, fold, section);
    const problems = checkTable(table, needed);
    return problems.length > 0 ? problems : inOrder(table, needed);
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data', 'bad-data')) return [error.message];
    throw error;
  }
}

function requireOwnName(workspace: Workspace, { name }: SubmissionCard): void {
  const taken = discoverMethods(workspace).find((method) => method.name === name && method.kind !== 'submitted');
  if (taken === undefined) return;
  throw new SpotbenchError(
    'bad-config',
    `${CARD}: name "${name}" is that of a ${taken.kind} in ${taken.packageRoot}; choose another`,
  );
}
