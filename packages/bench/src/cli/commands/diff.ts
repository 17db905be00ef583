import type { CommandModule } from 'yargs';

/** `spotbench diff <a> <b>`: what changed between two result sets. */
export const diffCommand: CommandModule<object, { a?: string; b?: string; json?: boolean }> = {
  command: 'diff <a> <b>',
  describe: 'Compare two result sets: rankings, rows, numbers and what they rest on',
  builder: (argv) =>
    argv
      .positional('a', {
        type: 'string',
        demandOption: true,
        describe: 'A folder with leaderboard.json, such a file, or either at a git revision, e.g. HEAD~1:results',
      })
      .positional('b', { type: 'string', demandOption: true, describe: 'Likewise' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { runDiff } = await import('../../diff/run-diff.ts');
    runDiff(args.a!, args.b!, args.json === true);
  },
};
