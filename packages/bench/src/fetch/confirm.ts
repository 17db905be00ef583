import { createInterface } from 'node:readline/promises';
import { SpotbenchError } from '@spotbench/core';

type Terminal = (NodeJS.ReadableStream | NodeJS.WritableStream) & { isTTY?: boolean };

/**
 * Asks on the terminal. @throws SpotbenchError `bad-config` where there is none to ask, or the answer is no, Ctrl-C or the end of
 * input.
 */
export async function confirm(
  question: string,
  input: Terminal & NodeJS.ReadableStream = process.stdin,
  output: Terminal & NodeJS.WritableStream = process.stderr,
): Promise<void> {
  if (!input.isTTY || !output.isTTY)
    throw new SpotbenchError('bad-config', `${question}: nobody here to ask; add --yes`);
  const terminal = createInterface({ input, output });
  try {
    const answer = await terminal.question(`${question}? [y/N] `).catch((error: unknown) => stopped(error, output));
    if (!/^y(es)?$/i.test(answer.trim())) throw new SpotbenchError('bad-config', 'nothing was fetched');
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
