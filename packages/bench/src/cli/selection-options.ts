import { SpotbenchError } from '@spotbench/core/errors';
import type { Argv } from 'yargs';
import type { Selection } from '../plan/selection.ts';

const list = (value: string | undefined): string[] | undefined =>
  value
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Adds the options that select part of the benchmark; each takes names joined by commas. */
export function selectionOptions<T>(argv: Argv<T>): Argv<T & SelectionArguments> {
  return argv
    .option('dataset', { string: true, requiresArg: true, describe: 'Data sets, e.g. her2st,demo' })
    .option('protocol', { string: true, requiresArg: true, describe: 'Protocols, e.g. patient-out,slide-out' })
    .option('method', { string: true, requiresArg: true, describe: 'Methods and controls, e.g. mclstexp,ridge' })
    .option('encoder', {
      string: true,
      requiresArg: true,
      describe: 'Frozen encoders, e.g. handcrafted,untrained-resnet18',
    })
    .option('regime', {
      string: true,
      requiresArg: true,
      describe: 'frozen (default), finetune (image encoders trained end to end), or both',
    })
    .option('from-scratch', { boolean: true, describe: 'With finetune: start from no pretrained weights' })
    .option('fold', { string: true, requiresArg: true, describe: 'Folds by number, e.g. 0,1' })
    .option('seed', { string: true, requiresArg: true, describe: 'Seeds of seeded methods, e.g. 0,1,2' });
}

/** What `selectionOptions` adds to a command's arguments. */
export interface SelectionArguments {
  readonly dataset?: string;
  readonly protocol?: string;
  readonly method?: string;
  readonly encoder?: string;
  readonly regime?: string;
  readonly fromScratch?: boolean;
  readonly fold?: string;
  readonly seed?: string;
}

/** The selection that the options ask for. @throws SpotbenchError `bad-config` for a fold or seed that is not a whole number. */
export function selectionFrom(args: SelectionArguments): Selection {
  const numbers = (name: string, value: string | undefined): number[] | undefined =>
    list(value)?.map((text) => {
      if (!/^\d+$/.test(text))
        throw new SpotbenchError('bad-config', `--${name}: needs whole numbers joined by commas, got "${text}"`);
      return Number(text);
    });
  return {
    datasets: list(args.dataset),
    protocols: list(args.protocol),
    methods: list(args.method),
    encoders: list(args.encoder),
    regimes: list(args.regime) as Selection['regimes'],
    fromScratch: args.fromScratch,
    folds: numbers('fold', args.fold),
    seeds: numbers('seed', args.seed),
  };
}
