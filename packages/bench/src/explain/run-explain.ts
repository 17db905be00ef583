import { findWorkspace } from '../workspace/workspace.ts';
import { describeExplanation } from './describe.ts';
import { explain, type ExplainOptions } from './explain.ts';

/** Prints where a cell or number comes from. */
export async function runExplain(
  what: string,
  { json, ...options }: ExplainOptions & { readonly json: boolean },
): Promise<void> {
  const explanation = await explain(findWorkspace(), what, options);
  process.stdout.write(json ? `${JSON.stringify(explanation)}\n` : describeExplanation(explanation));
}
