import { isSpotbenchError, nearestNames } from '@spotbench/core/errors';
import yargs, { type Argv, type CommandModule } from 'yargs';
import { cacheCommand } from './commands/cache.ts';
import { cellCommand } from './commands/cell.ts';
import { conventionsCommand } from './commands/conventions.ts';
import { dataCommand } from './commands/data.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { featuresCommand } from './commands/features.ts';
import { methodCommand } from './commands/method.ts';
import { panelCommand } from './commands/panel.ts';
import { patchesCommand } from './commands/patches.ts';
import { planCommand } from './commands/plan.ts';
import { publishCommand } from './commands/publish.ts';
import { reportCommand } from './commands/report.ts';
import { rescoreCommand } from './commands/rescore.ts';
import { runCommand } from './commands/run.ts';
import { submissionCommand } from './commands/submission.ts';
import { weightsCommand } from './commands/weights.ts';

/** Exit codes: 0 all well; 1 something failed and says what; 2 the command line was wrong. */
const USAGE_ERROR = 2;

const COMMANDS = [
  planCommand,
  runCommand,
  reportCommand,
  rescoreCommand,
  explainCommand,
  diffCommand,
  conventionsCommand,
  publishCommand,
  doctorCommand,
  dataCommand,
  featuresCommand,
  patchesCommand,
  cellCommand,
  cacheCommand,
  exportCommand,
  methodCommand,
  panelCommand,
  submissionCommand,
  weightsCommand,
] as CommandModule[];

/** The parser of the `spotbench` command line. Commands load what they need when they run, so that help is quick. */
export function createParser(argv: readonly string[]): Argv {
  return yargs([...argv])
    .scriptName('spotbench')
    .usage('$0 <command>\n\nCompares methods that predict spatial gene expression from H&E histology.')
    .command(COMMANDS)
    .demandCommand(1, 'Say what to do: one of the commands above.')
    .strict()
    .recommendCommands()
    .help()
    .alias('h', 'help')
    .version(false)
    .wrap(Math.min(120, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error: unknown) => {
      // What an option's own check says comes as a string, an option without its value as yargs' own error.
      throw error instanceof Error && error.name !== 'YError' ? error : new UsageError(message);
    });
}

/** Runs a command line. @returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const parser = createParser(argv);
  try {
    await parser.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`spotbench: ${withRemedy(error.message, argv, knownOptions(parser))}\n`);
      return USAGE_ERROR;
    }
    process.stderr.write(`spotbench: ${describe(error)}\n`);
    return isSpotbenchError(error, 'unknown-name') ? USAGE_ERROR : 1;
  }
}

class UsageError extends Error {}

/** yargs says `Unknown argument: metod`; this adds which option was probably meant, or which help says more. */
function withRemedy(message: string, argv: readonly string[], known: readonly string[]): string {
  const oneLine = message.replaceAll('\n', ' ');
  const unknown = /^Unknown arguments?: (\S+?)(,|$)/.exec(oneLine)?.[1];
  const near = unknown === undefined ? [] : nearestNames(unknown, known, 1);
  return near.length > 0 ? `${oneLine}; did you mean --${near[0]}?` : `${oneLine}; see ${helpFor(argv)}`;
}

function helpFor([first]: readonly string[]): string {
  const command = COMMANDS.map(({ command }) => String(command).split(' ')[0]).find((name) => name === first);
  return ['spotbench', command, '--help'].filter((word) => word !== undefined).join(' ');
}

function knownOptions(parser: unknown): string[] {
  const { key } = (parser as { getOptions(): { key: Record<string, unknown> } }).getOptions();
  return Object.keys(key).filter((name) => name.length > 1 && name !== 'version');
}

function describe(error: unknown): string {
  if (isSpotbenchError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
