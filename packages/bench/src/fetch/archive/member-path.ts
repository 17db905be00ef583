import { posix } from 'node:path';
import { SpotbenchError } from '@spotbench/core';

/** `./a//b` is `a/b`: two spellings of one member are one member. */
export const memberName = (name: string): string => posix.normalize(name);

/**
 * The path below the data root that a member's own name means. @throws SpotbenchError `bad-data` where it would leave the
 * root: `..`, absolute, with a drive letter or backslashes.
 */
export function safeMemberPath(archive: string, name: string): string {
  const path = memberName(name);
  const leaves = path === '.' || path.startsWith('/') || path.split('/').includes('..');
  if (leaves || /^[A-Za-z]:|[\\\0]/.test(path))
    throw new SpotbenchError(
      'bad-data',
      `${archive}: member "${name}" would be written outside the data root; nothing was unpacked: do not use this archive`,
    );
  return path;
}

/** What some systems add to archives and no reader wants. */
export function isClutter(name: string): boolean {
  return name.startsWith('__MACOSX/') || /^(\.DS_Store$|\._)/.test(posix.basename(name));
}
