import { SpotbenchError } from '@spotbench/core/errors';
import type { CommandModule } from 'yargs';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

interface Arguments extends SelectionArguments {
  readonly check?: boolean;
  readonly rebuild?: boolean;
  readonly withFailures?: boolean;
  readonly json?: boolean;
}

/** `spotbench publish`: verified runs into the committed results. */
export const publishCommand: CommandModule<object, Arguments> = {
  command: 'publish',
  describe: 'Verify finished runs on real data and write the committed results/',
  builder: (argv) =>
    selectionOptions(argv)
      .option('check', {
        boolean: true,
        describe: 'Publish nothing; make the tables from results/runs again and compare their bytes',
      })
      .option('rebuild', { boolean: true, describe: 'Publish nothing new; write the tables from results/runs again' })
      .option('with-failures', {
        boolean: true,
        describe: 'Publish methods with failed cells without a number, with the reason',
      })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    refuseParts(args);
    const { runPublish } = await import('../../publish/run-publish.ts');
    process.exitCode = await runPublish(selectionFrom(args), {
      what: whatOf(args),
      withFailures: args.withFailures === true,
      json: args.json === true,
    });
  },
};

/** A ranking is replaced whole: fewer folds or seeds would stand in the place of all. */
function refuseParts(args: Arguments): void {
  const part = (['fold', 'seed'] as const).find((name) => args[name] !== undefined);
  if (part === undefined) return;
  throw new SpotbenchError(
    'bad-config',
    `--${part}: part of an exam is not published, since a ranking is replaced whole; leave it out`,
  );
}

function whatOf({ check, rebuild }: Arguments): 'publish' | 'check' | 'rebuild' {
  if (check === true && rebuild === true)
    throw new SpotbenchError('bad-config', '--check and --rebuild: one compares, the other writes; give one of them');
  if (check === true) return 'check';
  return rebuild === true ? 'rebuild' : 'publish';
}
