import { SpotbenchError } from '@spotbench/core/errors';
import type { CommandModule } from 'yargs';
import { engineOptions, type EngineArguments } from '../engine-options.ts';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

/** `spotbench run`, which is `nx run bench:all`: plan, run every cell, then always the tables. */
export const runCommand: CommandModule<
  object,
  SelectionArguments & EngineArguments & { json?: boolean; parallel?: number }
> = {
  command: 'run',
  describe: 'Run every cell of the plan that is not done yet, then write the tables',
  builder: (argv) =>
    engineOptions(selectionOptions(argv))
      .option('parallel', {
        number: true,
        requiresArg: true,
        describe: 'Cells at a time (default: half the cores, at least 2)',
      })
      .option('json', { boolean: true, describe: 'A closing summary as one JSON object' }),
  handler: async (args) => {
    const [{ runAll }, { findWorkspace }, { engineRequest }, { trainingRequest }] = await Promise.all([
      import('../../run/run-all.ts'),
      import('../../workspace/workspace.ts'),
      import('../../plan/engine-request.ts'),
      import('../../plan/training-request.ts'),
    ]);
    const { parallel } = args;
    if (parallel !== undefined && !(Number.isInteger(parallel) && parallel >= 1)) {
      throw new SpotbenchError('bad-config', `--parallel: needs a whole number of at least 1, got ${parallel}`);
    }
    process.exitCode = await runAll(findWorkspace(), selectionFrom(args), {
      parallel,
      json: args.json === true,
      engine: engineRequest(args),
      training: trainingRequest(args),
    });
  },
};
