import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

/** The folders of a store, each with how deep below it its entries lie: `features/her2st/handcrafted` is one, `runs/<cell>` too. */
const DEPTH = {
  raw: 1,
  data: 1,
  features: 2,
  patches: 2,
  corrected: 1,
  thumbnails: 1,
  weights: 1,
  runs: 1,
  models: 1,
  checkpoints: 1,
  similarities: 1,
  standings: 1,
  code: 1,
  failures: 1,
  progress: 1,
  locks: 1,
  logs: 1,
} as const;

/** A kind of thing that a store holds. */
export type StoreKind = keyof typeof DEPTH;

/** One thing in a store. */
export interface StoreEntry {
  readonly kind: StoreKind;
  /** Its path below the folder of its kind, e.g. `her2st/handcrafted`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly writtenMs: number;
}

/** What every temporary name begins with, see `temporaryBeside`. */
const TEMPORARY = /^\.tmp-(\d+)-/;

/** Everything in a store, what is being written left out. */
export function storeEntries(workspace: Workspace): StoreEntry[] {
  return (Object.keys(DEPTH) as StoreKind[]).flatMap((kind) => entriesOf(workspace, kind));
}

/** What is, or was, being written anywhere in a store: temporary files and folders, with the process that made them. */
export function temporaryEntries({ store }: Workspace): (Omit<StoreEntry, 'kind'> & { readonly pid: number })[] {
  const found: (Omit<StoreEntry, 'kind'> & { readonly pid: number })[] = [];
  const look = (folder: string): void => {
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      const pid = TEMPORARY.exec(name)?.[1] ?? /\.(\d+)\.tmp$/.exec(name)?.[1];
      if (pid !== undefined)
        found.push({ name: path.slice(store.length + 1), path, ...sizeOf(path), pid: Number(pid) });
      else if (isFolder(path)) look(path);
    }
  };
  look(store);
  return found;
}

function entriesOf({ store }: Workspace, kind: StoreKind): StoreEntry[] {
  let names = [''];
  for (let depth = 0; depth < DEPTH[kind]; depth++)
    names = names.flatMap((name) =>
      namesIn(join(store, kind, name)).map((inner) => (name ? `${name}/${inner}` : inner)),
    );
  return names
    .filter((name) => !TEMPORARY.test(name.split('/').at(-1)!) && !name.endsWith('.tmp'))
    .map((name) => ({ kind, name, path: join(store, kind, name), ...sizeOf(join(store, kind, name)) }));
}

/** Bytes of a file, or of all files in a folder, and the latest time one was written. */
export function sizeOf(path: string): Pick<StoreEntry, 'bytes' | 'writtenMs'> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { bytes: 0, writtenMs: 0 };
  if (!stat.isDirectory()) return { bytes: stat.size, writtenMs: stat.mtimeMs };
  const inside = namesIn(path).map((name) => sizeOf(join(path, name)));
  return {
    bytes: inside.reduce((sum, { bytes }) => sum + bytes, 0),
    writtenMs: inside.reduce(
      (latest, { writtenMs }) => Math.max(latest, writtenMs),
      inside.length > 0 ? 0 : stat.mtimeMs,
    ),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
