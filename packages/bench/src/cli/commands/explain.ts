import type { CommandModule } from 'yargs';

/** `spotbench explain <what>`: from a number down to genes and spots, and what it rests on. */
export const explainCommand: CommandModule<object, { what?: string; published?: boolean; json?: boolean }> = {
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
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { runExplain } = await import('../../explain/run-explain.ts');
    await runExplain(args.what!, { published: args.published === true, json: args.json === true });
  },
};
