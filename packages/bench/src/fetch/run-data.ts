import { isSpotbenchError, lookUp, SpotbenchError } from '@spotbench/core';
import { loadDatasets } from '../datasets/load.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { createProgressBar } from '../progress/progress-bar.ts';
import { isOffline } from '../weights/hub.ts';
import { findWorkspace, type Workspace } from '../workspace/workspace.ts';
import { confirm } from './confirm.ts';
import { dataCard, describeCard } from './data-card.ts';
import { describeFetched, describeFetchPlan, describeList, describeStatus, describeVerified } from './describe-data.ts';
import { fetchDataset, type Fetched } from './fetch-dataset.ts';
import { planDataset } from './planned-files.ts';
import { withSizes } from './remote-size.ts';
import { summarise } from './summary.ts';
import { transferProgress } from './transfer-progress.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { verifyDataset } from './verify-dataset.ts';

/** What the user asked for. */
export interface DataRequest {
  /** Data sets; all where none is named. */
  readonly names: readonly string[];
  readonly json: boolean;
}

/** `spotbench data fetch`'s own options. */
export interface FetchRequest extends DataRequest {
  readonly yes: boolean;
  readonly parallel: number;
  readonly password?: string;
}

/** Prints which data sets there are. */
export async function listData(request: DataRequest): Promise<void> {
  const { workspace, entries } = asked(request);
  const summaries = await Promise.all(entries.map(([id, entry]) => summarise(workspace, id, entry)));
  if (request.json) summaries.forEach(printJson);
  else print(describeList(summaries));
}

/** Prints one line a data set: what is here, and what to do. */
export async function dataStatus(request: DataRequest): Promise<void> {
  const { workspace, entries } = asked(request);
  for (const [id, entry] of entries) {
    const summary = await summarise(workspace, id, entry);
    if (request.json) printJson(summary);
    else print(describeStatus(summary));
  }
}

/** Prints what would be fetched; asks servers for sizes that nobody has written down, unless offline. */
export async function planData(request: DataRequest): Promise<void> {
  const { workspace, entries } = asked(request);
  for (const [id, entry] of entries) {
    const plan = await planDataset(workspace, id, entry);
    const absent = plan.files.filter(({ present }) => !present);
    const sized = isOffline() ? absent : await withSizes(absent);
    if (request.json)
      printJson({ dataset: id, root: plan.root, files: plan.files.length, toFetch: sized.map(fileJson) });
    else print(describeFetchPlan(plan, sized));
  }
}

/** Fetches data sets one after another; what one lacks keeps no other from being fetched. */
export async function fetchData(request: FetchRequest): Promise<void> {
  const { workspace, entries } = asked(request);
  const problems: SpotbenchError[] = [];
  await untilInterrupted(async (signal) => {
    for (const [id, entry] of entries) {
      try {
        const fetched = await fetchShown(workspace, id, entry, request, signal);
        if (request.json) printJson({ dataset: id, ...fetched });
        else print(describeFetched(id, fetched));
      } catch (error) {
        signal.throwIfAborted();
        if (!isSpotbenchError(error)) throw error;
        problems.push(error);
      }
    }
  });
  if (problems.length === 0) return;
  throw new SpotbenchError(problems[0].tag, problems.map(({ message }) => message).join('\n'), { cause: problems[0] });
}

async function fetchShown(
  workspace: Workspace,
  id: string,
  entry: DatasetEntry,
  { yes, parallel, password }: FetchRequest,
  signal: AbortSignal,
): Promise<Fetched> {
  const bar = createProgressBar(`fetch ${id}`);
  let progress: ReturnType<typeof transferProgress> | undefined;
  try {
    return await fetchDataset(workspace, id, entry, {
      parallel,
      password,
      confirm: yes ? () => Promise.resolve() : confirm,
      download: { signal },
      onStart: (files) => {
        progress = transferProgress(bar, new Map(files.map(({ file, bytes }) => [file, bytes])));
      },
      onProgress: (file, done, total) => progress?.update(file, done, total),
    });
  } finally {
    bar.stop();
  }
}

/** Checks files byte by byte. Exit code 1 where one is wrong or missing. */
export async function verifyData(request: DataRequest): Promise<void> {
  const { workspace, entries } = asked(request);
  for (const [id, entry] of entries) {
    const bar = createProgressBar(`verify ${id}`);
    const verified = await verifyDataset(workspace, id, entry, (done, total, path) => bar.update(done, total, path));
    bar.stop();
    if (verified.wrong.length + verified.missing.length > 0) process.exitCode = 1;
    if (request.json) printJson(verified);
    else print(describeVerified(verified));
  }
}

/** Prints what one should know of a data set. */
export async function cardOfData(request: DataRequest): Promise<void> {
  const { workspace, entries } = asked(request);
  for (const [id, entry] of entries) {
    const card = dataCard(entry, await summarise(workspace, id, entry));
    if (request.json) printJson(card);
    else print(describeCard(card));
  }
}

/** @throws SpotbenchError `unknown-name` listing the nearest. */
function asked({ names }: DataRequest): { workspace: Workspace; entries: (readonly [string, DatasetEntry])[] } {
  const workspace = findWorkspace();
  const { datasets } = loadDatasets(workspace);
  const ids = names.length > 0 ? names : Object.keys(datasets);
  return { workspace, entries: ids.map((id) => [id, lookUp('data set', id, datasets)] as const) };
}

const fileJson = ({
  file,
  bytes,
  sha256,
  addresses,
  access,
}: Awaited<ReturnType<typeof planDataset>>['files'][number]) => ({
  file,
  bytes: bytes ?? null,
  sha256: sha256 ?? null,
  addresses,
  access,
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const printJson = (value: unknown): void => print(JSON.stringify(value));
