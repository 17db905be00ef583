import { SpotbenchError } from '@spotbench/core/errors';
import type { CommandModule } from 'yargs';
import { selectionFrom, type SelectionArguments } from '../selection-options.ts';

interface Arguments extends Pick<SelectionArguments, 'fold' | 'seed'> {
  readonly what?: string;
  readonly published?: boolean;
  readonly json?: boolean;
}

/** `spotbench explain <what>`: from a number down to genes and spots, and what it rests on. */
export const explainCommand: CommandModule<object, Arguments> = {
  command: 'explain <what>',
  describe: 'Show where a number comes from: patients, sections, genes, spots, hashes, commands',
  builder: (argv) =>
    argv
      .positional('what', {
        type: 'string',
        demandOption: true,
        describe:
          'A cell, e.g. demo--patient-out--frozen--ridge--fold0--seed0, or a number, e.g. demo/patient-out/frozen/ridge/HVG-50/pcc, and perhaps /<section>/<gene>',
      })
      .option('published', { boolean: true, describe: 'Of the committed results instead of what was run here' })
      .option('fold', { string: true, requiresArg: true, describe: 'The number of these folds alone, e.g. 0,1' })
      .option('seed', { string: true, requiresArg: true, describe: 'The number of these seeds alone, e.g. 0,1' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async ({ what, published = false, json = false, fold, seed }) => {
    if (published && (fold ?? seed) !== undefined)
      throw new SpotbenchError(
        'bad-config',
        '--published: its numbers are of all folds and seeds; leave --fold and --seed out',
      );
    const { folds, seeds } = selectionFrom({ fold, seed });
    const { runExplain } = await import('../../explain/run-explain.ts');
    await runExplain(what!, { published, folds, seeds, json });
  },
};
