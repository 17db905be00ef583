import type { CommandModule } from 'yargs';

/** `spotbench data <data set>`: read a data set into the store. */
export const dataCommand: CommandModule = {
  command: 'data <dataset>',
  describe: 'Read and check a data set (made on the spot where it is synthetic)',
  builder: (argv) =>
    argv
      .positional('dataset', { type: 'string', demandOption: true, describe: 'Data set, e.g. her2st' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const [{ readDataset }] = await Promise.all([import('../steps.ts')]);
    await readDataset(args.dataset as string, args.json === true);
  },
};
