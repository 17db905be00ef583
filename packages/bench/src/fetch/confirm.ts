import { createInterface } from 'node:readline/promises';
import { SpotbenchError } from '@spotbench/core';

/** Asks on the terminal. @throws SpotbenchError `bad-config` where there is none to ask, or the answer is no. */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new SpotbenchError('bad-config', `${question}: nobody here to ask; add --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new SpotbenchError('bad-config', 'nothing was fetched');
  } finally {
    terminal.close();
  }
}
