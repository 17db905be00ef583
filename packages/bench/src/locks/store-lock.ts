import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nowIso, temporaryBeside } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';

/** Who holds a lock. `started` tells the process from a later one with the same number, where the system says; `id` is the holding's own. */
const ownerSchema = z.strictObject({ pid: z.int(), host: z.string(), started: z.string(), id: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** How long to wait before looking again. */
const POLL_MS = 200;
/** A holder touches its lock this often; one on another machine that has not for `SILENT_MS` is taken for dead. */
const TOUCH_MS = 30_000;
const SILENT_MS = 10 * 60_000;

/** Where the lock of that name lies, e.g. `.spotbench/locks/run.json`. */
function lockPath({ store }: Workspace, name: string): string {
  return join(store, 'locks', `${name}.json`);
}

/**
 * Runs `work` while no other process does work of the same name on this store; waits for one that does, and calls `onWait`
 * once with its process id. The lock of a process that was killed is taken over.
 *
 * Locks save work that would be done twice. What keeps the store whole is that artefacts are renamed into place.
 */
export async function withLock<T>(
  workspace: Workspace,
  name: string,
  work: () => Promise<T>,
  onWait?: (pid: number) => void,
): Promise<T> {
  const path = lockPath(workspace, name);
  const held = await take(path, onWait);
  const now = (): Date => new Date(nowIso());
  const touch = setInterval(() => void utimes(path, now(), now()).catch(() => undefined), TOUCH_MS);
  touch.unref();
  try {
    return await work();
  } finally {
    clearInterval(touch);
    // One silent for too long was taken for dead: the lock there now is another's.
    if ((await readFile(path, 'utf8').catch(() => undefined)) === held) await rm(path, { force: true });
  }
}

/** @returns the text of the lock that is now ours. */
async function take(path: string, onWait: ((pid: number) => void) | undefined): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  for (let told = false; ;) {
    const held = await create(path);
    if (held !== undefined) return held;
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const owner = ownerOf(text);
    if (owner === undefined || (await isDead(owner, path))) {
      await removeStale(path, text);
      continue;
    }
    if (!told) onWait?.(owner.pid);
    told = true;
    await wait(POLL_MS);
  }
}

/** Makes the lock with its content in one step. @returns its text; undefined when there is one already. */
async function create(path: string): Promise<string | undefined> {
  const temporary = temporaryBeside(path);
  const owner: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '', id: randomUUID() };
  const text = JSON.stringify(owner);
  await writeFile(temporary, text);
  try {
    await link(temporary, path);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes a dead process's lock, and puts it back where another process has meanwhile taken its place. */
export async function removeStale(path: string, stale: string): Promise<void> {
  const aside = temporaryBeside(path);
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== stale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Whether the lock at `path` is that of a process that is gone. */
export async function isStale(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const owner = ownerOf(text);
  return owner === undefined || isDead(owner, path);
}

async function isDead({ pid, host, started }: Owner, path: string): Promise<boolean> {
  if (host === hostname()) return !isAlive(pid) || (startOf(pid) ?? started) !== started;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
  return Date.parse(nowIso()) - mtimeMs > SILENT_MS;
}

function ownerOf(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in clock ticks since boot; undefined where /proc does not say, `gone` of one that only waits to be buried. */
function startOf(pid: number): string | undefined {
  try {
    // Fields after the name in brackets, which may hold spaces: the state is field 3 of proc(5), the start field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return fields[0] === 'Z' ? 'gone' : fields[19];
  } catch {
    return undefined;
  }
}
