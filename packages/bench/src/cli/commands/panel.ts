import type { CommandModule } from 'yargs';

const diff: CommandModule = {
  command: 'diff <a> <b>',
  describe: 'Compare two gene lists: what is in one, in the other, in both, and what was perhaps renamed',
  builder: (argv) =>
    argv
      .positional('a', {
        type: 'string',
        demandOption: true,
        describe: 'A file of genes, a protocol with a fixed panel, or <data set>:markers',
      })
      .positional('b', { type: 'string', demandOption: true, describe: 'Likewise' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { printPanelDiff } = await import('../../panels/panel-diff-command.ts');
    await printPanelDiff(args.a as string, args.b as string, args.json === true);
  },
};

/** `spotbench panel diff`: compare gene lists. */
export const panelCommand: CommandModule = {
  command: 'panel',
  describe: 'Compare gene lists',
  builder: (argv) => argv.command(diff).demandCommand(1, 'Say what to do: diff.'),
  handler: () => undefined,
};
