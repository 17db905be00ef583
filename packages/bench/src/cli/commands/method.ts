import type { CommandModule } from 'yargs';
import { engineOptions, type EngineArguments } from '../engine-options.ts';

type CheckArguments = EngineArguments & { subject?: string; golden?: string; json?: boolean };

const checkCommand: CommandModule<object, CheckArguments> = {
  command: 'check [subject]',
  describe: 'Check what every method promises, or compare it with golden numbers of the published model',
  builder: (argv) =>
    engineOptions(argv)
      .positional('subject', {
        type: 'string',
        describe: 'Method or control, e.g. mclstexp, or the folder of its package; with --golden the file can say it',
      })
      .option('golden', {
        string: true,
        requiresArg: true,
        describe: "File of golden numbers: compares the package's conformance/golden.ts with every value in it",
      })
      .option('json', { boolean: true, describe: 'One JSON object a method for machines' })
      .epilogue(
        'Exit code 1 when a check fails, or a golden value is off by more than 10 times the float32 error of PyTorch ' +
          '(at least 1e-5) or could not be compared. docs/adding-a-method.md says what each check means.',
      ),
  handler: async (args) => {
    const [{ methodCheck }, { engineRequest }] = await Promise.all([
      import('../../method-check/method-check.ts'),
      import('../../plan/engine-request.ts'),
    ]);
    const { subject, golden } = args;
    process.exitCode = await methodCheck({ subject, golden, engine: engineRequest(args), json: args.json === true });
  },
};

/** `spotbench method check`: is a method what it says it is? */
export const methodCommand: CommandModule = {
  command: 'method <verb>',
  describe: 'Check a method: what every method promises, and golden numbers',
  builder: (argv) => argv.command(checkCommand).demandCommand(1, 'Say what to do with the method: check.').strict(),
  handler: () => undefined,
};
