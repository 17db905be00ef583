import { execFileSync } from 'node:child_process';

/** The commit of a work tree and whether tracked files differ from it; null outside a repository or without git. */
export function gitState(root: string): { commit: string | null; dirty: boolean } {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain', '--untracked-files=no') !== '' };
  } catch {
    return { commit: null, dirty: false };
  }
}
