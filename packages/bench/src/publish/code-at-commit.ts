import { codeHash, codeOf } from '../registry/code-hash.ts';
import { discoverMethods } from '../registry/methods.ts';
import { withFilesAt } from '../workspace/history.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';

/** What of a commit a code hash is made of: declarations of the methods, and source. */
const SOURCES = [':(glob)packages/*/package.json', ':(glob)packages/*/src/**/*.ts'];

/** `codeHash` of every method of this workspace as it was at a commit, by name. */
export type CodeAtCommit = (commit: string) => Promise<ReadonlyMap<string, string>>;

/**
 * Code hashes at commits, each commit looked at once: a record made before unrelated code moved is still that of its own
 * commit. @throws as git does for a commit that is not there.
 */
export function codeAtCommits({ root }: Workspace): CodeAtCommit {
  const known = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return (commit) => {
    const found = known.get(commit) ?? withFilesAt(root, commit, SOURCES, hashesIn);
    known.set(commit, found);
    return found;
  };
}

function hashesIn(folder: string): ReadonlyMap<string, string> {
  const then = workspaceAt(folder);
  return new Map(discoverMethods(then).map((method) => [method.name, codeHash(then, codeOf(method))]));
}
