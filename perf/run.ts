import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * `npm run perf -- <name> [...]` runs one benchmark, `npm run perf` lists them. Each prints one JSON object a line: name,
 * ours, peer, unit, ratio, threads, versions. Python peers are found through SPOTBENCH_PYTHON, real data through SPOTBENCH_DATA.
 */
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => basename(file, '.ts'))
  .sort();
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(
    `perf: ${name === undefined ? 'name a benchmark' : `unknown benchmark "${name}"`}: ${names.join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const script = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', script, ...rest.filter((a) => a !== '--json')],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}
