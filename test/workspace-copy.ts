import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const COPIED = [
  'packages',
  'datasets.json',
  'nx.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
  '.npmrc',
];

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of this repository in a temporary folder, which shares the installed packages but not the workspace's own. */
export interface WorkspaceCopy {
  readonly root: string;
  /** Runs `spotbench` in it. */
  spotbench(...args: string[]): Outcome;
  /** Runs `npx spotbench ...` or `npx nx ...` in it, with more environment. */
  command(words: readonly string[], environment?: Readonly<Record<string, string>>): Outcome;
  remove(): void;
}

/** Makes a copy whose sources a test may change. */
export function copyWorkspace(): WorkspaceCopy {
  const root = mkdtempSync(join(tmpdir(), 'spotbench-e2e-'));
  for (const name of COPIED)
    cpSync(join(ROOT, name), join(root, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
  linkPackages(root);
  const programs: Readonly<Record<string, string>> = {
    spotbench: join(root, 'packages', 'bench', 'bin', 'spotbench.mjs'),
    nx: join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'),
  };
  const run = (program: string, args: readonly string[], environment = {}): Outcome => {
    const env = { ...process.env, SPOTBENCH_DATA: '', ...environment };
    const options = { cwd: root, env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [programs[program], ...args], options);
    return { code: status, stdout, stderr };
  };
  return {
    root,
    spotbench: (...args) => run('spotbench', args),
    command: ([, program, ...args], environment) => run(program, args, environment),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Links every installed package and program, and this workspace's to their copies (npm's links are relative). */
function linkPackages(root: string): void {
  const installed = join(ROOT, 'node_modules');
  const target = join(root, 'node_modules');
  mkdirSync(join(target, '@spotbench'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (!['@spotbench', '.cache', '.bin'].includes(name)) symlinkSync(join(installed, name), join(target, name));
  }
  mkdirSync(join(target, '.bin'));
  for (const name of readdirSync(join(installed, '.bin')))
    symlinkSync(readlinkSync(join(installed, '.bin', name)), join(target, '.bin', name));
  for (const name of readdirSync(join(installed, '@spotbench'))) {
    symlinkSync(readlinkSync(join(installed, '@spotbench', name)), join(target, '@spotbench', name));
  }
}
