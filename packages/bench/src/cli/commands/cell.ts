import type { CommandModule } from 'yargs';
import { engineOptions, type EngineArguments } from '../engine-options.ts';

/** `spotbench cell <id>`: one method on one fold. */
export const cellCommand: CommandModule<object, EngineArguments & { id?: string; json?: boolean; save?: boolean }> = {
  command: 'cell <id>',
  describe: 'Run one cell: one method on one fold with one seed',
  builder: (argv) =>
    engineOptions(argv)
      .positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'Cell, e.g. demo--patient-out--frozen--ridge--fold0--seed0',
      })
      .option('save', { boolean: true, describe: 'Keep the fitted model in .spotbench/models, for spotbench export' })
      .option('json', { boolean: true, describe: 'Print the run record as JSON' }),
  handler: async (args) => {
    const [{ runOneCell }, { engineRequest }, { trainingRequest }] = await Promise.all([
      import('../steps.ts'),
      import('../../plan/engine-request.ts'),
      import('../../plan/training-request.ts'),
    ]);
    process.exitCode = await runOneCell(args.id!, {
      json: args.json === true,
      save: args.save === true,
      engine: engineRequest(args),
      training: trainingRequest(args),
    });
  },
};
