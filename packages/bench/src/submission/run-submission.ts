import { resolve } from 'node:path';
import { findWorkspace } from '../workspace/workspace.ts';
import { addSubmission } from './add-submission.ts';
import { checkSubmission } from './check-submission.ts';
import { writeTemplate } from './write-template.ts';

/** `spotbench submission template`. */
export async function makeTemplate(request: { dataset: string; protocol: string; out: string }): Promise<void> {
  const out = resolve(request.out);
  const folds = await writeTemplate(findWorkspace(), { ...request, out });
  const sections = folds.reduce((sum, { test }) => sum + test.length, 0);
  process.stdout.write(
    `${out}: ${folds.length} folds, ${sections} sections to predict\n` +
      'Fill in submission.json, write fold<k>/<section>.csv (or .npy, .h5ad), then: npx spotbench submission check ' +
      `${request.out}\n`,
  );
}

/** `spotbench submission check`. @returns 1 when something is wrong. */
export async function checkFolder(folder: string, json: boolean): Promise<number> {
  const { card, folds, sections, problems } = await checkSubmission(findWorkspace(), resolve(folder));
  if (json)
    process.stdout.write(`${JSON.stringify({ card, folds: folds.length, sections: sections.length, problems })}\n`);
  else if (problems.length > 0) process.stdout.write(`${problems.join('\n')}\n${problems.length} problems\n`);
  else
    process.stdout.write(
      `${card.name}: ${sections.length} sections of ${folds.length} folds of ${card.dataset}, ${card.protocol}: every spot and gene is there once\n`,
    );
  return problems.length > 0 ? 1 : 0;
}

/** `spotbench submission add`. @returns 1 when a fold could not be scored. */
export async function addFolder(folder: string, json: boolean): Promise<number> {
  const records = await addSubmission(findWorkspace(), resolve(folder));
  const failed = records.filter(({ status }) => status !== 'ok');
  if (json) process.stdout.write(`${JSON.stringify(records)}\n`);
  else
    process.stdout.write(
      `${records[0].methodId}: ${records.length - failed.length} of ${records.length} folds scored; npx spotbench report puts them into the tables, marked as submitted\n`,
    );
  for (const { cellId, reason } of failed) process.stderr.write(`spotbench: ${cellId}: ${reason}\n`);
  return failed.length > 0 ? 1 : 0;
}
