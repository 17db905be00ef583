import { join } from 'node:path';
import {
  float32From,
  readArtefactFile,
  readManifest,
  SpotbenchError,
  type Method,
  type TrainingData,
} from '@spotbench/core';
import { z } from 'zod';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { trainingSections } from './needed-predictions.ts';
import { storedMeta, SUBMISSION_KIND, valuesFile, type SubmissionMeta } from './stored-submission.ts';

/**
 * A method that reads what was submitted. Nothing is fitted: what it is handed only says which fold it is, and that spots and
 * genes still are those that were predicted.
 */
export function submittedMethod(workspace: Workspace, { name, packageRoot }: MethodEntry): Method {
  const { card, folds } = storedMeta(workspace, name);
  const folder = join(workspace.root, packageRoot);
  return {
    name,
    version: '1',
    title: `${card.title} (submitted; ${card.regime}, ${card.encoder})`,
    deterministic: true,
    views: [],
    configSchema: z.strictObject({}),
    async fit(data) {
      const fold = foldOf(name, folds, data);
      const manifest = await readManifest(folder, SUBMISSION_KIND);
      return {
        selectedBy: 'by the authors; predictions were made elsewhere',
        parameterCount: 0,
        async predict({ id, spots }) {
          requireSame(name, `spots of section ${id}`, fold.spots[id] ?? [], spots.ids);
          const file = valuesFile(fold.fold, id);
          return float32From(await readArtefactFile(folder, manifest, file), file);
        },
      };
    },
  };
}

function foldOf(name: string, folds: SubmissionMeta['folds'], data: TrainingData): SubmissionMeta['folds'][number] {
  const training = trainingSections(data).join('\0');
  const fold = folds.find((each) => each.training.join('\0') === training);
  if (!fold)
    throw new SpotbenchError('bad-prediction', `${name}: the split is no longer that of the submission; add it again`);
  requireSame(name, `genes of fold ${fold.fold}`, fold.genes, data.genes);
  return fold;
}

function requireSame(name: string, what: string, had: readonly string[], now: readonly string[]): void {
  if (had.length === now.length && had.every((each, i) => each === now[i])) return;
  throw new SpotbenchError(
    'bad-prediction',
    `${name}: the ${what} are no longer those that were predicted (${had.length} then, ${now.length} now); add it again`,
  );
}
