import { chooseEngine } from '@spotbench/engine/choose';
import type { Workspace } from '../workspace/workspace.ts';
import { engineRequest } from './engine-request.ts';
import type { Plan } from './plan.ts';
import { trainingRequest } from './training-request.ts';
import { describeWhy, whyPlan } from './why.ts';

/** Prints `spotbench plan --why`, for a run with these options. */
export async function showWhy(
  workspace: Workspace,
  plan: Plan,
  options: Parameters<typeof engineRequest>[0] & Parameters<typeof trainingRequest>[0],
  json: boolean,
): Promise<void> {
  const asked = { ...(await chooseEngine(engineRequest(options))), ...trainingRequest(options) };
  const why = await whyPlan(workspace, plan, asked);
  process.stdout.write(json ? `${JSON.stringify(why)}\n` : describeWhy(why));
}
