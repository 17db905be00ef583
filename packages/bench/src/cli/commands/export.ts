import { SpotbenchError } from '@spotbench/core/errors';
import type { CommandModule } from 'yargs';

/** `spotbench export <cell>`: a trained model as .onnx files. */
export const exportCommand: CommandModule<object, { id?: string; out?: string; batch?: number; json?: boolean }> = {
  command: 'export <id>',
  describe: 'Write the trained model of a cell that was run with --save as .onnx files',
  builder: (argv) =>
    argv
      .positional('id', { type: 'string', demandOption: true, describe: 'Cell, as for spotbench cell' })
      .option('out', {
        string: true,
        requiresArg: true,
        describe: 'Folder to write to (default results/local/exports/<cell>)',
      })
      .option('batch', { number: true, requiresArg: true, default: 1, describe: 'Spots in a batch: shapes are fixed' })
      .option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const batchSize = args.batch ?? 1;
    if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
      throw new SpotbenchError('bad-config', `--batch: needs a whole number of at least 1, got ${batchSize}`);
    }
    const [{ exportCell }, { findWorkspace }] = await Promise.all([
      import('../../models/export-cell.ts'),
      import('../../workspace/workspace.ts'),
    ]);
    const folder = await exportCell(findWorkspace(), args.id!, { out: args.out, batchSize });
    process.stdout.write(
      args.json === true ? `${JSON.stringify({ cell: args.id, folder })}\n` : `${args.id}: exported to ${folder}\n`,
    );
  },
};
