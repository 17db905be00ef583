import type { CommandModule } from 'yargs';

/** `spotbench features <data set>`: compute the features of a frozen encoder. */
export const featuresCommand: CommandModule = {
  command: 'features <dataset>',
  describe: 'Compute the image features of a frozen encoder for a data set',
  builder: (argv) =>
    argv
      .positional('dataset', { type: 'string', demandOption: true, describe: 'Data set, e.g. her2st' })
      .option('encoder', { type: 'string', requiresArg: true, default: 'handcrafted', describe: 'Frozen encoder' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { computeFeatures } = await import('../steps.ts');
    await computeFeatures(args.dataset as string, args.encoder as string, args.json === true);
  },
};
