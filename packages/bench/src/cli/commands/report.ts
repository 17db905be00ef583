import type { CommandModule } from 'yargs';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

/** `spotbench report`: tables and the web report from whatever cells exist. */
export const reportCommand: CommandModule<object, SelectionArguments & { json?: boolean; site?: boolean }> = {
  command: 'report',
  describe:
    'Write results/local/leaderboard.{json,csv,md} and the web report results/local/site from the cells that exist',
  builder: (argv) =>
    selectionOptions(argv)
      .option('json', { boolean: true, describe: 'Print the leaderboard as JSON too' })
      .option('site', { boolean: true, default: true, describe: 'The web report; --no-site for tables only' }),
  handler: async (args) => {
    const [{ report }, { boardText }, { findWorkspace }] = await Promise.all([
      import('../../report/report.ts'),
      import('../../report/board-text.ts'),
      import('../../workspace/workspace.ts'),
    ]);
    const workspace = findWorkspace();
    const made = await report(workspace, selectionFrom(args));
    const { board, folder } = made;
    if (args.json === true) process.stdout.write(`${JSON.stringify(board)}\n`);
    else process.stdout.write(`${boardText(board)}\nTables: ${folder}\n`);
    if (args.site === false) return;
    // Loaded here, for the plotting library takes longer to load than tables take to write.
    const { writeLocalSite } = await import('../../site/local-site.ts');
    const page = await writeLocalSite(workspace, made);
    if (args.json !== true) process.stdout.write(`Web report: ${page}\n`);
  },
};
