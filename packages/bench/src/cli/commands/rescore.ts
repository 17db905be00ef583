import type { CommandModule } from 'yargs';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

/** `spotbench rescore`: scores and tables again from stored predictions. */
export const rescoreCommand: CommandModule<object, SelectionArguments & { check?: boolean; json?: boolean }> = {
  command: 'rescore',
  describe: 'Compute scores and tables again from stored predictions, without training',
  builder: (argv) =>
    selectionOptions(argv)
      .option('check', { boolean: true, describe: 'Write nothing; fail where a byte differs from the stored scores' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { runRescore } = await import('../../rescore/run-rescore.ts');
    process.exitCode = await runRescore(selectionFrom(args), { check: args.check === true, json: args.json === true });
  },
};
