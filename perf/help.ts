import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { monotonicMs } from '@spotbench/core';

/** Time to `spotbench --help`, against starting Node and doing nothing. Median of nine, in milliseconds. */
const bin = join(import.meta.dirname, '..', 'packages', 'bench', 'bin', 'spotbench.mjs');

function medianMs(args: readonly string[]): number {
  const times = Array.from({ length: 9 }, () => {
    const started = monotonicMs();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return monotonicMs() - started;
  });
  return times.sort((a, b) => a - b)[4];
}

const ours = medianMs([bin, '--help']);
const peer = medianMs(['-e', '0']);
const result = {
  name: 'help',
  ours,
  peer,
  unit: 'ms',
  ratio: ours / peer,
  threads: 1,
  versions: { node: process.version },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
