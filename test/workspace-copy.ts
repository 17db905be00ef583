import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const COPIED = ['packages', 'datasets.json', 'nx.json', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc'];

/** A copy of this repository in a temporary folder, which shares the installed packages but not the workspace's own. */
export interface WorkspaceCopy {
  readonly root: string;
  /** Runs `spotbench` in it. */
  spotbench(...args: string[]): { code: number | null; stdout: string; stderr: string };
  remove(): void;
}

/** Makes a copy whose sources a test may change. */
export function copyWorkspace(): WorkspaceCopy {
  const root = mkdtempSync(join(tmpdir(), 'spotbench-e2e-'));
  for (const name of COPIED)
    cpSync(join(ROOT, name), join(root, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
  linkPackages(root);
  return {
    root,
    spotbench(...args) {
      const env = { ...process.env, SPOTBENCH_DATA: '' };
      const bin = join(root, 'packages', 'bench', 'bin', 'spotbench.mjs');
      const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
        cwd: root,
        env,
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Links every installed package, and this workspace's packages to their copies (npm's links are relative). */
function linkPackages(root: string): void {
  const installed = join(ROOT, 'node_modules');
  const target = join(root, 'node_modules');
  mkdirSync(join(target, '@spotbench'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@spotbench' && name !== '.cache') symlinkSync(join(installed, name), join(target, name));
  }
  for (const name of readdirSync(join(installed, '@spotbench'))) {
    symlinkSync(readlinkSync(join(installed, '@spotbench', name)), join(target, '@spotbench', name));
  }
}
