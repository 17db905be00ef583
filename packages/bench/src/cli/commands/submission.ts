import type { CommandModule } from 'yargs';

interface FolderArguments {
  folder?: string;
  json?: boolean;
}

const template: CommandModule<object, { dataset: string; protocol: string; out: string }> = {
  command: 'template',
  describe: 'Write what authors need: folds, sections, spots, genes, and an empty card',
  builder: (argv) =>
    argv
      .option('dataset', { string: true, demandOption: true, requiresArg: true, describe: 'Data set, e.g. her2st' })
      .option('protocol', { string: true, demandOption: true, requiresArg: true, describe: 'E.g. patient-out' })
      .option('out', { string: true, demandOption: true, requiresArg: true, describe: 'A new folder' }),
  handler: async ({ dataset, protocol, out }) => {
    const { makeTemplate } = await import('../../submission/run-submission.ts');
    await makeTemplate({ dataset, protocol, out });
  },
};

const check = onFolder(
  'check',
  'Hold predictions against the spots and genes of their protocol',
  async (folder, json) => (await import('../../submission/run-submission.ts')).checkFolder(folder, json),
);
const add = onFolder('add', 'Check predictions, keep them, and score them', async (folder, json) =>
  (await import('../../submission/run-submission.ts')).addFolder(folder, json),
);

function onFolder(
  verb: string,
  describe: string,
  action: (folder: string, json: boolean) => Promise<number>,
): CommandModule<object, FolderArguments> {
  return {
    command: `${verb} <folder>`,
    describe,
    builder: (argv) =>
      argv
        .positional('folder', { type: 'string', demandOption: true, describe: 'Folder with submission.json' })
        .option('json', { boolean: true, describe: 'JSON for machines' }),
    handler: async ({ folder, json }) => {
      process.exitCode = await action(folder!, json === true);
    },
  };
}

/** `spotbench submission template|check|add`: predictions made elsewhere. */
export const submissionCommand: CommandModule = {
  command: 'submission <verb>',
  describe: 'Bring predictions made elsewhere: a template, a check, a score',
  builder: (argv) =>
    argv
      .command(template)
      .command(check)
      .command(add)
      .demandCommand(1, 'Say what to do: template, check or add.')
      .strict(),
  handler: () => undefined,
};
