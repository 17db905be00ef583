import type { CommandModule } from 'yargs';

/** `spotbench features <data set>`: compute the features of a frozen encoder. */
export const featuresCommand: CommandModule = {
  command: 'features <dataset>',
  describe: 'Compute the image features of a frozen encoder for a data set',
  builder: (argv) =>
    argv
      .positional('dataset', { type: 'string', demandOption: true, describe: 'Data set, e.g. her2st' })
      .option('encoder', { type: 'string', requiresArg: true, default: 'handcrafted', describe: 'Frozen encoder' })
      .option('view', {
        type: 'string',
        requiresArg: true,
        default: 'patch',
        describe: 'patch, tiles, tokens, neighbourhood, slide or scale-<px>',
      })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { computeFeatures } = await import('../steps.ts');
    await computeFeatures(
      { dataset: args.dataset as string, encoder: args.encoder as string, view: args.view as string },
      args.json === true,
    );
  },
};
