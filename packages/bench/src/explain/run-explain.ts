import { findWorkspace } from '../workspace/workspace.ts';
import { describeExplanation } from './describe.ts';
import { explain } from './explain.ts';

/** Prints where a cell or number comes from. */
export async function runExplain(
  what: string,
  { published, json }: { readonly published: boolean; readonly json: boolean },
): Promise<void> {
  const explanation = await explain(findWorkspace(), what, { published });
  process.stdout.write(json ? `${JSON.stringify(explanation)}\n` : describeExplanation(explanation));
}
