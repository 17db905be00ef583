import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extract } from 'tar-stream';

/** Git's output, as bytes. @throws when git fails. */
export function gitBytes(root: string, ...args: string[]): Buffer {
  return execFileSync('git', ['-C', root, ...args], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 30 });
}

/** True when `commit` is HEAD or one of its ancestors; false also for a commit this repository does not have. */
export function isInHistory(root: string, commit: string): boolean {
  try {
    gitBytes(root, 'merge-base', '--is-ancestor', commit, 'HEAD');
    return true;
  } catch {
    return false;
  }
}

/**
 * Hands `use` a temporary folder with the files of a commit that match `patterns` (git pathspecs), and removes it afterwards.
 * @throws as git does when the commit is not there or nothing matches a pattern.
 */
export async function withFilesAt<T>(
  root: string,
  commit: string,
  patterns: readonly string[],
  use: (folder: string) => T,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'spotbench-commit-'));
  try {
    await unpack(gitBytes(root, 'archive', '--format=tar', commit, '--', ...patterns), folder);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the files of a tar archive made by git, which holds no path outside its root. */
async function unpack(tar: Buffer, folder: string): Promise<void> {
  const entries = extract();
  entries.end(tar);
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type !== 'file') continue;
    const path = join(folder, entry.header.name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat(chunks));
  }
}
