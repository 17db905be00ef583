import type { CommandModule } from 'yargs';

/** `spotbench patches <data set>`: cut the patches that image encoders are trained on. */
export const patchesCommand: CommandModule<object, { dataset?: string; json?: boolean }> = {
  command: 'patches <dataset>',
  describe: 'Cut the patches that methods train their image encoders on (finetune)',
  builder: (argv) =>
    argv
      .positional('dataset', { type: 'string', demandOption: true, describe: 'Data set, e.g. her2st' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async ({ dataset, json = false }) => {
    const { cutPatches } = await import('../../patches/cut-patches.ts');
    await cutPatches(dataset!, json);
  },
};
