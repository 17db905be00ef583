import type { CommandModule } from 'yargs';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

/** `spotbench report`: tables from whatever cells exist. */
export const reportCommand: CommandModule<object, SelectionArguments & { json?: boolean }> = {
  command: 'report',
  describe: 'Write results/local/leaderboard.{json,csv,md} from the cells that exist',
  builder: (argv) =>
    selectionOptions(argv).option('json', { boolean: true, describe: 'Print the leaderboard as JSON too' }),
  handler: async (args) => {
    const [{ report }, { boardText }, { findWorkspace }] = await Promise.all([
      import('../../report/report.ts'),
      import('../../report/board-text.ts'),
      import('../../workspace/workspace.ts'),
    ]);
    const { board, folder } = await report(findWorkspace(), selectionFrom(args));
    if (args.json === true) process.stdout.write(`${JSON.stringify(board)}\n`);
    else process.stdout.write(`${boardText(board)}\nTables: ${folder}\n`);
  },
};
