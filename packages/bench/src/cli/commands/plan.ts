import type { CommandModule } from 'yargs';
import { engineOptions, type EngineArguments } from '../engine-options.ts';
import { selectionFrom, selectionOptions, type SelectionArguments } from '../selection-options.ts';

type PlanArguments = SelectionArguments & EngineArguments & { json?: boolean; why?: boolean; commands?: string };

/** `spotbench plan`: what would run, and what cannot and why. */
export const planCommand: CommandModule<object, PlanArguments> = {
  command: 'plan',
  describe: 'Show what would run, and what cannot and why',
  builder: (argv) =>
    engineOptions(selectionOptions(argv))
      .option('why', {
        boolean: true,
        describe: 'Of every step and cell: is it cached, and if not which input changed',
      })
      .option('commands', {
        choices: ['steps', 'cells'],
        requiresArg: true,
        conflicts: 'why',
        describe: 'One command a line for each step or cell, e.g. for a job array',
      })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const [{ makePlan }, { findWorkspace }, show] = await Promise.all([
      import('../../plan/plan.ts'),
      import('../../workspace/workspace.ts'),
      import('../../plan/describe-plan.ts'),
    ]);
    const workspace = findWorkspace();
    const plan = makePlan(workspace, selectionFrom(args));
    if (args.why === true) {
      const { showWhy } = await import('../../plan/show-why.ts');
      return showWhy(workspace, plan, args, args.json === true);
    }
    const text = args.commands === undefined ? show.describePlan(plan) : show.planCommands(plan, args.commands);
    process.stdout.write(args.json === true ? `${JSON.stringify(show.planJson(plan))}\n` : text);
  },
};
