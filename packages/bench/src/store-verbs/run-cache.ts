import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { groupBy } from '../collections/group-by.ts';
import { formatBytes } from '../fetch/format-bytes.ts';
import { withLock } from '../locks/store-lock.ts';
import { textTable } from '../method-check/text-table.ts';
import { createProgressBar, formatSeconds } from '../progress/progress-bar.ts';
import { findWorkspace, type Workspace } from '../workspace/workspace.ts';
import { ageMs, findPrunable, prune, type Prunable } from './prune-store.ts';
import { sizeOf, storeEntries, type StoreEntry } from './store-entries.ts';
import { verifyStore } from './verify-store.ts';

/** `spotbench cache list`: what is there, how large and how old; cells by data set and protocol, or each with `all`. */
export function listCache({ json, all }: { readonly json: boolean; readonly all: boolean }): void {
  const workspace = findWorkspace();
  const entries = storeEntries(workspace).filter(({ kind }) => kind !== 'locks' && kind !== 'progress');
  const nx = { path: nxCache(workspace), ...sizeOf(nxCache(workspace)) };
  if (json) {
    process.stdout.write(`${JSON.stringify({ store: workspace.store, entries, nx })}\n`);
    return;
  }
  const groups = groupBy(entries, (e) => groupOf(e, all));
  const rows = [...groups].map(([name, of]) => {
    const bytes = of.reduce((sum, e) => sum + e.bytes, 0);
    return [name, String(of.length), formatBytes(bytes), ages(of)];
  });
  const total = entries.reduce((sum, e) => sum + e.bytes, 0);
  process.stdout.write(
    textTable([['', 'entries', 'size', 'age'], ...rows, ['Nx cache', '', formatBytes(nx.bytes), '']], [1, 2]) +
      `${formatBytes(total)} in ${workspace.store}, ${formatBytes(nx.bytes)} in ${nx.path}\n`,
  );
}

/** `runs her2st--patient-out--frozen`, or the entry itself where there are few of a kind or all are asked for. */
function groupOf({ kind, name }: StoreEntry, all: boolean): string {
  const many = kind === 'runs' || kind === 'models' || kind === 'checkpoints';
  if (all || !(many || kind === 'code' || kind === 'logs')) return `${kind} ${name}`;
  return many ? `${kind} ${name.split('--').slice(0, 3).join('--')}` : kind;
}

/** `3 min 20 s`, or from the youngest to the oldest. */
function ages(entries: readonly StoreEntry[]): string {
  const seconds = entries.map(({ writtenMs }) => Math.max(0, ageMs(writtenMs)) / 1000);
  const [youngest, oldest] = [Math.min(...seconds), Math.max(...seconds)].map(formatSeconds);
  return youngest === oldest ? oldest : `${youngest} to ${oldest}`;
}

/** `spotbench cache verify`. @returns the exit code: 0 when every checksum holds. */
export async function verifyCache(json: boolean): Promise<number> {
  const workspace = findWorkspace();
  const bar = createProgressBar('cache verify');
  const check = await verifyStore(workspace, (done, all, what) => bar.update(done, all, what)).finally(() =>
    bar.stop(),
  );
  if (json) process.stdout.write(`${JSON.stringify(check)}\n`);
  else {
    for (const line of check.damaged) process.stderr.write(`damaged: ${line}\n`);
    const found = check.damaged.length === 0 ? 'every checksum holds' : `${check.damaged.length} damaged files`;
    process.stdout.write(`${check.artefacts} artefacts, ${formatBytes(check.bytes)}: ${found}\n`);
  }
  return check.damaged.length === 0 ? 0 : 1;
}

/** How to prune. */
export interface PruneOptions {
  readonly dryRun: boolean;
  /** Clears the task cache of Nx too. */
  readonly nx: boolean;
  readonly json: boolean;
}

/** `spotbench cache prune`: deletes what nothing will read again, or only says what it would. Waits for a run to end. */
export async function pruneCache({ dryRun, nx, json }: PruneOptions): Promise<void> {
  const workspace = findWorkspace();
  await withLock(workspace, 'run', async () => {
    const found = await findPrunable(workspace);
    const nxBytes = nx ? sizeOf(nxCache(workspace)).bytes : 0;
    if (!dryRun) {
      await prune(found);
      if (nx) clearNxCache(workspace);
    }
    const bytes = found.reduce((sum, entry) => sum + entry.bytes, nxBytes);
    if (json) process.stdout.write(`${JSON.stringify({ dryRun, pruned: found, nxBytes, bytes })}\n`);
    else process.stdout.write(pruneText(found, { dryRun, nx, nxBytes, bytes }));
  });
}

function pruneText(
  found: readonly Prunable[],
  { dryRun, nx, nxBytes, bytes }: Pick<PruneOptions, 'dryRun' | 'nx'> & { nxBytes: number; bytes: number },
): string {
  const lines: string[] = [];
  for (const [what, of] of groupBy(found, (entry) => entry.what)) {
    lines.push(`${what}: ${of.length}, ${formatBytes(of.reduce((sum, e) => sum + e.bytes, 0))}`);
    for (const { name, reason } of of.slice(0, SHOWN)) lines.push(`  ${name}: ${reason}`);
    if (of.length > SHOWN) lines.push(`  and ${of.length - SHOWN} more`);
  }
  if (nx) lines.push(`Nx cache: ${formatBytes(nxBytes)}`);
  lines.push(`${dryRun ? 'would free' : 'freed'} ${formatBytes(bytes)}`);
  return `${lines.join('\n')}\n`;
}

const SHOWN = 10;

const nxCache = ({ root }: Workspace): string => join(root, '.nx', 'cache');

/** Through Nx: its entries are in a database too, which must not name what is gone. */
function clearNxCache({ root }: Workspace): void {
  const nx = join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  execFileSync(process.execPath, [nx, 'reset', '--onlyCache'], { cwd: root, stdio: 'ignore' });
}
