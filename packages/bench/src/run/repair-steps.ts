import { rm } from 'node:fs/promises';
import { buildData } from '../data/build-data.ts';
import { dataFolder } from '../data/data-artefact.ts';
import { buildFeatures } from '../features/build-features.ts';
import { featuresFolder } from '../features/features-folder.ts';
import { buildPatches } from '../patches/build-patches.ts';
import { patchesFolder } from '../patches/patches-folder.ts';
import type { Plan } from '../plan/plan.ts';
import type { Step } from '../plan/steps.ts';
import type { StepState } from '../results/step-state.ts';
import { runStep } from '../results/step-failure.ts';
import type { Workspace } from '../workspace/workspace.ts';

/**
 * Does steps again whose artefacts the task cache replayed damaged or not at all. A step that fails leaves its reason for its
 * cells, see `runStep`, and does not stop the others.
 */
export async function repairSteps(workspace: Workspace, plan: Plan, states: readonly StepState[]): Promise<void> {
  for (const { step } of states) {
    await rm(folderOf(workspace, step), { recursive: true, force: true });
    await runStep(workspace, step.name, () => build(workspace, plan, step)).catch(() => undefined);
  }
}

function folderOf(workspace: Workspace, step: Step): string {
  if (step.kind === 'features') return featuresFolder(workspace, step.place);
  return step.kind === 'data' ? dataFolder(workspace, step.dataset) : patchesFolder(workspace, step.dataset);
}

async function build(workspace: Workspace, { definitions }: Plan, step: Step): Promise<void> {
  const entry = definitions.datasets[step.dataset];
  if (step.kind === 'data') await buildData(workspace, step.dataset, entry);
  else if (step.kind === 'features') await buildFeatures(workspace, step.place, entry);
  else await (await buildPatches(workspace, step.dataset, entry)).store.close();
}
