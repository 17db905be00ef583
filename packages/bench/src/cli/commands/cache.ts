import type { CommandModule } from 'yargs';

const list: CommandModule<object, { json?: boolean; all?: boolean }> = {
  command: 'list',
  describe: 'What is in the store, how large and how old',
  builder: (argv) =>
    argv
      .option('all', { boolean: true, describe: 'Every cell in a line of its own' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async ({ json = false, all = false }) => {
    (await import('../../store-verbs/run-cache.ts')).listCache({ json, all });
  },
};

const prune: CommandModule<object, { dryRun?: boolean; nx?: boolean; json?: boolean }> = {
  command: 'prune',
  describe: 'Delete what nothing will read again: stale records, old checkpoints, what killed processes left',
  builder: (argv) =>
    argv
      .option('dry-run', { boolean: true, describe: 'Only say what would be deleted' })
      .option('nx', { boolean: true, describe: 'Clear the task cache of Nx too' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async ({ dryRun = false, nx = false, json = false }) => {
    await (await import('../../store-verbs/run-cache.ts')).pruneCache({ dryRun, nx, json });
  },
};

const verify: CommandModule<object, { json?: boolean }> = {
  command: 'verify',
  describe: 'Compare every stored file with its checksum; names those that differ',
  builder: (argv) => argv.option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async ({ json = false }) => {
    process.exitCode = await (await import('../../store-verbs/run-cache.ts')).verifyCache(json);
  },
};

/** `spotbench cache list|prune|verify`: the store of this workspace. */
export const cacheCommand: CommandModule = {
  command: 'cache',
  describe: 'List, prune and verify what is stored',
  builder: (argv) => argv.command([list, prune, verify]).demandCommand(1, 'Say what to do: list, prune or verify.'),
  handler: () => undefined,
};
