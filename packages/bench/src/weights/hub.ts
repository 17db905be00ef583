import { SpotbenchError } from '@spotbench/core';
import type { WeightsEntry } from './catalogue.ts';

/** A file of a repository at one revision, as the hub describes it. */
export interface HubFile {
  /** Commit of the repository. */
  readonly revision: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The hub's address: HF_ENDPOINT for a mirror, as Hugging Face's own tools have it. */
export function hubEndpoint(): string {
  return (process.env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/$/, '');
}

/** The user's access token for gated repositories, if there is one. */
export function hubHeaders(): Readonly<Record<string, string>> {
  const token = process.env.HF_TOKEN;
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };
}

/** True where the user asked for no network: HF_HUB_OFFLINE=1, or SPOTBENCH_OFFLINE=1. */
export function isOffline(): boolean {
  return [process.env.HF_HUB_OFFLINE, process.env.SPOTBENCH_OFFLINE].includes('1');
}

/** Address of a file at a revision. */
export function fileUrl({ repository, file }: Pick<WeightsEntry, 'repository' | 'file'>, revision: string): string {
  return `${hubEndpoint()}/${repository}/resolve/${revision}/${file}`;
}

/**
 * Asks the hub which commit a revision is now, and size and SHA-256 of the file there. The hub answers with them before it
 * redirects to where large files lie.
 *
 * @throws SpotbenchError `missing-data` when the hub cannot be reached, refuses, or does not say.
 */
export async function describeFile(entry: WeightsEntry, revision: string, signal?: AbortSignal): Promise<HubFile> {
  const url = fileUrl(entry, revision);
  const fail = (what: string, cause?: unknown): never => {
    throw new SpotbenchError('missing-data', `${url}: ${what}`, { cause });
  };
  const response = await fetch(url, { method: 'HEAD', redirect: 'manual', headers: hubHeaders(), signal }).catch(
    (cause: unknown) => fail('the hub cannot be reached; check the connection, or set HF_ENDPOINT to a mirror', cause),
  );
  const { status, headers } = response;
  if (status === 401 || status === 403)
    fail(`the hub answered ${status}: accept the licence on its page and set HF_TOKEN to a token of yours`);
  if (status >= 400) fail(`the hub answered ${status}`);
  const commit = headers.get('x-repo-commit');
  const etag = /^"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? headers.get('etag') ?? '')?.[1];
  const bytes = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? NaN);
  if (commit === null || etag === undefined || !Number.isInteger(bytes))
    return fail(
      'the hub did not say which commit, size and SHA-256 this file has; is it a mirror that leaves them out?',
    );
  return { revision: commit, bytes, sha256: etag };
}
