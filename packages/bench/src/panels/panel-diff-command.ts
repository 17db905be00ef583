import { findWorkspace } from '../workspace/workspace.ts';
import { findPanel } from './find-panel.ts';
import { describeDiff, diffPanels } from './panel-diff.ts';

/** Prints how two gene lists differ. */
export async function printPanelDiff(a: string, b: string, json: boolean): Promise<void> {
  const workspace = findWorkspace();
  const panels = [await findPanel(workspace, a), await findPanel(workspace, b)] as const;
  const diff = diffPanels(panels[0].genes, panels[1].genes);
  process.stdout.write(json ? `${JSON.stringify({ a, b, ...diff })}\n` : describeDiff(diff, [a, b]));
}
