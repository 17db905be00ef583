import type { CommandModule } from 'yargs';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

/** `spotbench plan`: what would run, and what cannot and why. */
export const planCommand: CommandModule<object, SelectionArguments & { json?: boolean }> = {
  command: 'plan',
  describe: 'Show what would run, and what cannot and why',
  builder: (argv) => selectionOptions(argv).option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const [{ makePlan }, { findWorkspace }, { describePlan, planJson }] = await Promise.all([
      import('../../plan/plan.ts'),
      import('../../workspace/workspace.ts'),
      import('../../plan/describe-plan.ts'),
    ]);
    const plan = makePlan(findWorkspace(), selectionFrom(args));
    process.stdout.write(args.json === true ? `${JSON.stringify(planJson(plan))}\n` : describePlan(plan));
  },
};
