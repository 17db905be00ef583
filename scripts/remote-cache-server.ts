/**
 * A remote cache for Nx in one file, after the OpenAPI that Nx >= 20.8 speaks: GET and PUT /v1/cache/{hash}.
 *
 *   npx tsx scripts/remote-cache-server.ts <folder> [port]
 *
 * Anyone may read. Writing takes the token in REMOTE_CACHE_TOKEN; without one nobody may write. Entries are never replaced.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256, writeFileAtomic } from '@spotbench/core';

export interface CacheServerOptions {
  /** Where entries are kept, one file each. */
  readonly folder: string;
  /** What a writer has to show; nobody may write without one. */
  readonly token?: string;
}

/** Makes the server; `listen` starts it. */
export function remoteCacheServer({ folder, token }: CacheServerOptions): Server {
  mkdirSync(folder, { recursive: true });
  return createServer((request, response) => {
    answer(request, response, folder, token).catch((error: unknown) => end(response, 500, String(error)));
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  token: string | undefined,
): Promise<void> {
  const hash = /^\/v1\/cache\/([A-Za-z0-9_-]+)$/.exec(request.url ?? '')?.[1];
  if (hash === undefined) {
    end(response, 404, 'no such address');
    return;
  }
  const path = join(folder, hash);
  if (request.method === 'GET') {
    if (!existsSync(path)) {
      end(response, 404, 'not in the cache');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    createReadStream(path).pipe(response);
    return;
  }
  if (request.method !== 'PUT') {
    end(response, 405, 'only GET and PUT');
    return;
  }
  if (!mayWrite(request.headers.authorization, token)) {
    end(response, 403, 'this cache is read-only without its token');
    return;
  }
  if (existsSync(path)) {
    end(response, 409, 'an entry is never replaced');
    return;
  }
  await writeFileAtomic(path, await buffer(request));
  end(response, 200, 'stored');
}

/** Compares hashes, in a time that says nothing of where they differ. */
function mayWrite(authorization: string | undefined, token: string | undefined): boolean {
  if (!token || authorization === undefined) return false;
  return timingSafeEqual(Buffer.from(sha256(authorization)), Buffer.from(sha256(`Bearer ${token}`)));
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = 'remote-cache', port = '8733'] = process.argv.slice(2);
  remoteCacheServer({ folder, token: process.env.REMOTE_CACHE_TOKEN }).listen(Number(port), '127.0.0.1', () => {
    process.stdout.write(`remote cache of ${folder} on http://127.0.0.1:${port}\n`);
  });
}
