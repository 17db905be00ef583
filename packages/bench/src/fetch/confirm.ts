import { createInterface } from 'node:readline/promises';
import { SpotbenchError } from '@spotbench/core';

type Terminal = (NodeJS.ReadableStream | NodeJS.WritableStream) & { isTTY?: boolean };

/**
 * Asks on the terminal. Ctrl-C, which a terminal that asks does not send as a signal, is passed on as one: it stops the command,
 * not this question only.
 *
 * @throws SpotbenchError `bad-config` where there is nobody to ask, or the answer is no, Ctrl-C or the end of input.
 */
export async function confirm(
  question: string,
  input: Terminal & NodeJS.ReadableStream = process.stdin,
  output: Terminal & NodeJS.WritableStream = process.stderr,
): Promise<void> {
  if (!input.isTTY || !output.isTTY)
    throw new SpotbenchError('bad-config', `${question}: nobody here to ask; add --yes`);
  const terminal = createInterface({ input, output });
  const interrupted = new AbortController();
  terminal.once('SIGINT', () => {
    process.emit('SIGINT');
    interrupted.abort();
  });
  try {
    const asked = terminal.question(`${question}? [y/N] `, { signal: interrupted.signal });
    const answer = await asked.catch((error: unknown) => stopped(error, output));
    if (!/^y(es)?$/i.test(answer.trim())) throw new SpotbenchError('bad-config', `${question}: the answer was no`);
  } finally {
    terminal.close();
  }
}

/** Ctrl-C and Ctrl-D are a no; what is said next begins a line. */
function stopped(error: unknown, output: NodeJS.WritableStream): string {
  if ((error as Error).name !== 'AbortError') throw error;
  output.write('\n');
  return '';
}
