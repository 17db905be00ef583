import { isSpotbenchError } from '@spotbench/core';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { SubmissionCard } from './card.ts';
import { storedMeta, storedNames, submissionRoot } from './stored-submission.ts';

/**
 * The submissions in the store as methods: a cell of one reads its predictions instead of making them, so that they are
 * scored, kept and shown as every other's. A damaged one is left out, and said so once: it must not stop what is not about it,
 * least of all adding it again.
 */
export function submittedMethods(workspace: Workspace): MethodEntry[] {
  return storedNames(workspace).flatMap((name) => {
    const card = readableCard(workspace, name);
    return card === undefined ? [] : [methodOf(card)];
  });
}

function methodOf({ name, dataset, protocol }: SubmissionCard): MethodEntry {
  return {
    name,
    kind: 'submitted',
    packageRoot: submissionRoot(name),
    entry: '',
    alone: false,
    seeded: false,
    views: [],
    finetune: undefined,
    // Scored by the bench and core; no other code moves its numbers.
    workspaceDependencies: ['core'],
    only: { dataset, protocol },
  };
}

function readableCard(workspace: Workspace, name: string): SubmissionCard | undefined {
  try {
    return storedMeta(workspace, name).card;
  } catch (error) {
    if (!isSpotbenchError(error, 'damaged-artefact')) throw error;
    sayOnce(`spotbench: submission "${name}" is left out: ${error.message}\n`);
    return undefined;
  }
}

const said = new Set<string>();

function sayOnce(text: string): void {
  if (!said.has(text)) process.stderr.write(text);
  said.add(text);
}
