import type { CommandModule } from 'yargs';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

/** `spotbench conventions`: how far numbers and ranks depend on how correlations are averaged. */
export const conventionsCommand: CommandModule<object, SelectionArguments & { json?: boolean }> = {
  command: 'conventions',
  describe: 'Every convention of averaging on stored predictions, and how ranks move; trains nothing',
  builder: (argv) => selectionOptions(argv).option('json', { boolean: true, describe: 'Print the tables as JSON' }),
  handler: async (args) => {
    const [{ compareConventions }, { conventionsText }, { makePlan }, { findWorkspace }] = await Promise.all([
      import('../../report/conventions/compare-conventions.ts'),
      import('../../report/conventions/conventions-text.ts'),
      import('../../plan/plan.ts'),
      import('../../workspace/workspace.ts'),
    ]);
    const workspace = findWorkspace();
    const tables = await compareConventions(workspace, makePlan(workspace, selectionFrom(args)));
    process.stdout.write(args.json === true ? `${JSON.stringify(tables)}\n` : conventionsText(tables));
  },
};
