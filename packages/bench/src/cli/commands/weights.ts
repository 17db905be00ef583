import type { CommandModule } from 'yargs';

const ACTIONS = ['list', 'fetch', 'verify'] as const;

/** `spotbench weights list|fetch|verify [names..]`: pretrained weights of image backbones. */
export const weightsCommand: CommandModule<
  object,
  { action?: (typeof ACTIONS)[number]; names?: string[]; json?: boolean }
> = {
  command: 'weights <action> [names..]',
  describe: 'List, fetch or verify pretrained weights of image backbones',
  builder: (argv) =>
    argv
      .positional('action', { choices: ACTIONS, demandOption: true, describe: 'What to do' })
      .positional('names', { type: 'string', array: true, describe: 'Weights, e.g. densenet121; all without' })
      .option('json', { boolean: true, describe: 'One JSON object a line for machines' })
      .epilog(
        'Fetched from the Hugging Face hub into .spotbench/weights; revision and SHA-256 go into weights.lock.json.\n' +
          'HF_TOKEN: token for gated repositories. HF_ENDPOINT: a mirror. SPOTBENCH_OFFLINE=1: no network.',
      ),
  handler: async ({ action, names = [], json = false }) => {
    const { runWeights } = await import('../../weights/run-weights.ts');
    await runWeights(action!, names, json);
  },
};
