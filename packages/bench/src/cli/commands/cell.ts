import type { CommandModule } from 'yargs';

/** `spotbench cell <id>`: one method on one fold. */
export const cellCommand: CommandModule = {
  command: 'cell <id>',
  describe: 'Run one cell: one method on one fold with one seed',
  builder: (argv) =>
    argv
      .positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'Cell, e.g. demo--patient-out--frozen--ridge--fold0--seed0',
      })
      .option('json', { boolean: true, describe: 'Print the run record as JSON' }),
  handler: async (args) => {
    const { runOneCell } = await import('../steps.ts');
    process.exitCode = await runOneCell(args.id as string, args.json === true);
  },
};
