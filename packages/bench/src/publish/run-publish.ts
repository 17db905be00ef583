import type { Selection } from '../plan/selection.ts';
import { createProgressBar } from '../progress/progress-bar.ts';
import { boardText } from '../report/board-text.ts';
import { findWorkspace } from '../workspace/workspace.ts';
import { checkPublished, publish, rebuildTables, type CheckedResults } from './publish.ts';

export interface PublishRequest {
  readonly what: 'publish' | 'check' | 'rebuild';
  readonly withFailures: boolean;
  readonly json: boolean;
}

/** Publishes, checks or rebuilds, and says what came of it. @returns the exit code. */
export async function runPublish(selection: Selection, { what, withFailures, json }: PublishRequest): Promise<number> {
  const workspace = findWorkspace();
  if (what === 'check') return tellCheck(await checkPublished(workspace, { onWait: sayWaiting }), json);
  const bar = createProgressBar('publish');
  const work =
    what === 'rebuild'
      ? rebuildTables(workspace, { onWait: sayWaiting })
      : publish(workspace, selection, {
          withFailures,
          onWait: sayWaiting,
          onProgress: (...args) => bar.update(...args),
        });
  const { folder, board, published, kept } = await work.finally(() => bar.stop());
  if (json) process.stdout.write(`${JSON.stringify({ folder, published, kept })}\n`);
  else
    process.stdout.write(
      `${boardText(board)}\nPublished ${published.length} rankings, kept ${kept.length}: ${folder}\n${what === 'rebuild' ? SITE_STAYS : ''}Look at the difference (npx spotbench diff HEAD:results results), then commit results/.\n`,
    );
  return 0;
}

/** Its maps and curves are made of predictions, which are not committed. */
const SITE_STAYS =
  'results/site was left as it is and may show other numbers; npx spotbench publish, where the predictions are, writes it again.\n';

function sayWaiting(pid: number): void {
  process.stderr.write(`waiting for process ${pid}, which works on results\n`);
}

function tellCheck(checked: CheckedResults, json: boolean): number {
  const { rankings, differences } = checked;
  if (json) process.stdout.write(`${JSON.stringify(checked)}\n`);
  else if (differences.length === 0)
    process.stdout.write(`results: the tables are to the byte what the ${rankings.length} published rankings give\n`);
  else
    for (const { file, line, before, after } of differences)
      process.stderr.write(
        `spotbench: results/${file} line ${line}: committed ${JSON.stringify(before ?? 'nothing')}, the runs give ${JSON.stringify(after ?? 'nothing')}; npx spotbench publish --rebuild writes the tables again\n`,
      );
  return differences.length === 0 ? 0 : 1;
}
