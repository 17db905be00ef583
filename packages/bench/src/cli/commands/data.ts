import type { Argv, CommandModule } from 'yargs';
import type * as Data from '../../fetch/run-data.ts';

interface DataArguments {
  names?: string[];
  json?: boolean;
}

interface FetchArguments extends DataArguments {
  yes?: boolean;
  parallel?: number;
  password?: string;
}

const PARALLEL = 4;

/** `spotbench data list|status|plan|fetch|verify|card|read`. */
export const dataCommand: CommandModule = {
  command: 'data',
  describe: 'List, fetch, verify and read data sets',
  builder: (argv) =>
    argv
      .command([list, status, plan, fetch, verify, card, read])
      .demandCommand(1, 'Say what to do with the data: one of the commands above.')
      .epilog(
        'Files go into SPOTBENCH_DATA/<data set> where that folder is there, else into .spotbench/raw/<data set>.\n' +
          'Sizes and SHA-256 go into data.lock.json. HF_TOKEN: token for gated data. SPOTBENCH_OFFLINE=1: no network.',
      ),
  handler: () => undefined,
};

const list = about('list', 'List data sets: what is here, size, licence', (data) => data.listData);
const status = about('status', 'Say in one line each what is here and what to do', (data) => data.dataStatus);
const plan = about('plan', 'Show what would be fetched, from where, and how much it is', (data) => data.planData);
const verify = about('verify', 'Read files again and compare them with what is recorded', (data) => data.verifyData);
const card = about('card', 'Show what one should know of a data set', (data) => data.cardOfData);

const fetch: CommandModule<object, FetchArguments> = {
  command: 'fetch <names..>',
  describe: 'Fetch what is not here; what is here is checked and stays',
  builder: (argv) =>
    named(argv)
      .option('yes', { alias: 'y', boolean: true, describe: 'Do not ask before more than 1 GB' })
      .option('parallel', { number: true, default: PARALLEL, requiresArg: true, describe: 'Files at a time' })
      .option('password', { string: true, requiresArg: true, describe: 'Of an encrypted archive' })
      .check(
        ({ parallel }) => (Number.isInteger(parallel) && parallel >= 1) || '--parallel: needs a whole number from 1',
      ),
  handler: async ({ names = [], json = false, yes = false, parallel = PARALLEL, password }) => {
    const { fetchData } = await import('../../fetch/run-data.ts');
    await fetchData({ names, json, yes, parallel, password });
  },
};

/** Also `spotbench data <data set>`. */
const read: CommandModule<object, { dataset?: string; json?: boolean }> = {
  command: ['read <dataset>', '$0'],
  describe: 'Read and check a data set (made on the spot where it is synthetic)',
  builder: (argv) =>
    withJson(argv).positional('dataset', { type: 'string', demandOption: true, describe: 'Data set, e.g. her2st' }),
  handler: async ({ dataset, json = false }) => {
    const { readDataset } = await import('../steps.ts');
    await readDataset(dataset!, json);
  },
};

/** A command on the data sets that are named, or on all. */
function about(
  name: string,
  describe: string,
  action: (data: typeof Data) => (request: Data.DataRequest) => Promise<void>,
): CommandModule<object, DataArguments> {
  return {
    command: `${name} [names..]`,
    describe,
    builder: (argv) => named(argv),
    handler: async ({ names = [], json = false }) => {
      await action(await import('../../fetch/run-data.ts'))({ names, json });
    },
  };
}

const named = <T>(argv: Argv<T>) =>
  withJson(argv).positional('names', { type: 'string', array: true, describe: 'Data sets, e.g. her2st; all without' });

const withJson = <T>(argv: Argv<T>) =>
  argv.option('json', { boolean: true, describe: 'One JSON object a line for machines' });
