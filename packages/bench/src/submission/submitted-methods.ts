import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { storedMeta, storedNames, submissionRoot } from './stored-submission.ts';

/**
 * The submissions in the store as methods: a cell of one reads its predictions instead of making them, so that they are
 * scored, kept and shown as every other's.
 */
export function submittedMethods(workspace: Workspace): MethodEntry[] {
  return storedNames(workspace).map((name) => {
    const { dataset, protocol } = storedMeta(workspace, name).card;
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
  });
}
