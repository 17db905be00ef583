import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createRandom } from '@spotbench/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { downloadFile, type Download, type DownloadOptions } from './download-file.ts';

const content = Buffer.from(createRandom(1, 'download').permutation(60_000).buffer);
const sha256 = createHash('sha256').update(content).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spotbench-download-'));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Serves one file; `answers` counts the requests. Returns its address. */
async function serve(answer: Answer): Promise<string> {
  let count = 0;
  server = createServer((request, response) => {
    answer(request, response, count++);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
}

/** A server as it should be: whole files, ranges, a strong ETag. `limit` cuts the connection after so many bytes. */
function wellBehaved(request: IncomingMessage, response: ServerResponse, limit = Infinity, body = content): void {
  const etag = '"one"';
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const partial = from > 0 && request.headers['if-range'] === etag;
  const rest = body.subarray(partial ? from : 0);
  response.writeHead(partial ? 206 : 200, {
    etag,
    'content-length': rest.length,
    ...(partial ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
  });
  if (rest.length <= limit) response.end(rest);
  else drop(response, rest.subarray(0, limit), (partial ? from : 0) + limit);
}

/** Sends some bytes, and hangs up once `there` bytes of the file are on disk: those that are on their way then are lost. */
function drop(response: ServerResponse, bytes: Uint8Array, there = bytes.length): void {
  response.write(bytes);
  const part = `${path()}.part`;
  const timer = setInterval(() => {
    if (there > 0 && !(existsSync(part) && statSync(part).size >= there)) return;
    clearInterval(timer);
    response.destroy();
  }, 5);
}

/** Sends the file from `from` on in small pieces, slowly enough to be killed between them. */
function drip(response: ServerResponse, from: number): void {
  response.writeHead(from > 0 ? 206 : 200, {
    etag: '"one"',
    'content-length': content.length - from,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  let at = from;
  const timer = setInterval(() => {
    response.write(content.subarray(at, (at += 2000)));
    if (at >= content.length) response.end();
    if (at >= content.length || response.destroyed) clearInterval(timer);
  }, 5);
}

const path = (): string => join(folder, 'data', 'file.bin');
const quick: DownloadOptions = { retries: 3, backOffMs: 5, stallMs: 300 };
const get = (urls: string | string[], changes: Partial<Download & DownloadOptions> = {}) =>
  downloadFile(
    { urls: [urls].flat(), path: path(), sha256, bytes: content.length, ...changes },
    { ...quick, ...changes },
  );
const leftBehind = (): string[] => (existsSync(join(folder, 'data')) ? readdirSync(join(folder, 'data')).sort() : []);

/** The file is there, right, and alone. */
function expectWhole(): void {
  expect(Buffer.compare(readFileSync(path()), content)).toBe(0);
  expect(leftBehind()).toEqual(['file.bin']);
}

describe('a download', () => {
  it('puts the whole file in place, once', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests++;
      wellBehaved(request, response);
    });
    const seen: number[] = [];
    expect(await get(url, { onProgress: (done) => seen.push(done) })).toMatchObject({ sha256, url });
    expectWhole();
    expect(seen.at(-1)).toBe(content.length);
    expect(await get(url)).toMatchObject({ sha256, bytes: content.length });
    expect(requests).toBe(1);
  });

  it('continues after dropped connections, asking for no byte twice', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response, count) => {
      ranges.push(request.headers.range);
      wellBehaved(request, response, count < 3 ? 50_000 : Infinity);
    });
    await get(url);
    expectWhole();
    expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=100000-', 'bytes=150000-']);
  });

  it('begins anew when the server ignores ranges', async () => {
    const url = await serve((_request, response, count) => {
      response.writeHead(200, { etag: '"one"', 'content-length': content.length });
      if (count === 0) drop(response, content.subarray(0, 1000));
      else response.end(content);
    });
    await get(url);
    expectWhole();
  });

  it('begins anew when the file changed on the server between two requests', async () => {
    const old = Buffer.alloc(content.length, 7);
    const url = await serve((request, response, count) => {
      if (count > 0) {
        wellBehaved(request, response);
        return;
      }
      response.writeHead(200, { etag: '"old"', 'content-length': old.length });
      drop(response, old.subarray(0, 4000));
    });
    await get(url);
    expectWhole();
  });

  it.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['another ETag', { etag: '"old"' }, { etag: '"one"' }, content.length],
    ['another size', { 'last-modified': 'a' }, { 'last-modified': 'a' }, content.length - 100],
  ])('joins no bytes of two files where the server heeds no if-range: %s', async (_, then, now, size) => {
    const url = await serve((request, response, count) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (count === 0) {
        response.writeHead(200, { ...then, 'content-length': content.length });
        drop(response, Buffer.alloc(4000, 7));
      } else if (from > 0) {
        response.writeHead(206, { ...now, 'content-range': `bytes ${from}-${size - 1}/${size}` });
        response.end(content.subarray(from, size));
      } else response.writeHead(200, now).end(content);
    });
    await get(url, { sha256: undefined, bytes: undefined });
    expectWhole();
  });

  it('asks on where a server sends less than the range, for as long as it sends something', async () => {
    const url = await serve((request, response, count) => {
      if (count === 0) {
        wellBehaved(request, response, 40_000);
        return;
      }
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]);
      const to = Math.min(from + 40_000, content.length);
      // As some caches do: no ETag with a range, and a date that the whole file came without.
      response.writeHead(206, { 'last-modified': 'x', 'content-range': `bytes ${from}-${to - 1}/${content.length}` });
      response.end(content.subarray(from, to));
    });
    await get(url, { sha256: undefined, bytes: undefined, retries: 1 });
    expectWhole();
  });

  it('takes a compressed answer apart, and does not continue it', async () => {
    const packed = gzipSync(content);
    const url = await serve((request, response, count) => {
      expect(request.headers.range).toBeUndefined();
      response.writeHead(200, { etag: '"one"', 'content-encoding': 'gzip', 'content-length': packed.length });
      if (count === 0) drop(response, packed.subarray(0, 50_000), 1);
      else response.end(packed);
    });
    await get(url);
    expectWhole();
  });

  it('that was killed when all had arrived asks for nothing more', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests++;
      wellBehaved(request, response);
    });
    mkdirSync(join(folder, 'data'));
    writeFileSync(`${path()}.part`, content);
    writeFileSync(`${path()}.part.json`, JSON.stringify({ url, validator: '"one"', total: content.length }));
    await get(url);
    expectWhole();
    expect(requests).toBe(0);
  });

  it('survives a stall', async () => {
    const url = await serve((request, response, count) => {
      if (count > 0) {
        wellBehaved(request, response);
        return;
      }
      response.writeHead(200, { etag: '"one"', 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    });
    await get(url);
    expectWhole();
  });

  it('takes the next address for 404, wrong bytes, too many bytes and a lie about length', async () => {
    const faults: Answer[] = [
      (_request, response) => response.writeHead(404).end(),
      (request, response) => {
        wellBehaved(request, response, Infinity, Buffer.alloc(content.length, 3));
      },
      (_request, response) => response.writeHead(200).end(Buffer.concat([content, content])),
      (_request, response) => response.writeHead(200, { 'content-length': 10 }).end(content.subarray(0, 10)),
    ];
    for (const [i, fault] of faults.entries()) {
      const url = await serve((request, response) => {
        if (request.url === '/bad') fault(request, response, i);
        else wellBehaved(request, response);
      });
      await get([new URL('/bad', url).href, url]);
      expectWhole();
      rmSync(path());
      server!.closeAllConnections();
      server!.close();
    }
  });

  it('says what every address answered, and leaves no file in place', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/wrong') wellBehaved(request, response, Infinity, Buffer.alloc(content.length, 3));
      else response.writeHead(request.url === '/gated' ? 403 : 503).end();
    });
    const urls = ['/wrong', '/gated', '/busy'].map((name) => new URL(name, url).href);
    const failed = get(urls, { retries: 1 });
    await expect(failed).rejects.toMatchObject({ tag: 'missing-data' });
    await expect(failed).rejects.toThrow(/wrong: another file: needed 240000 bytes, SHA-256 .*gated: the server answered 403 Forbidden: it needs a token.*busy: the server answered 503 Service Unavailable \(2 tries\)/); // prettier-ignore
    expect(leftBehind()).toEqual([]);
  });

  it('takes up what a stopped call left, and a damaged part is not trusted', async () => {
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response, count) => {
      ranges.push(request.headers.range);
      wellBehaved(request, response, count === 0 ? 50_000 : Infinity);
    });
    const stop = new AbortController();
    const onProgress = (done: number): void => {
      if (done === 50_000) stop.abort(new Error('stopped by the user'));
    };
    await expect(get(url, { signal: stop.signal, onProgress })).rejects.toThrow('stopped by the user');
    expect(leftBehind()).toEqual(['file.bin.part', 'file.bin.part.json']);
    await get(url);
    expectWhole();
    expect(ranges.at(-1)).toBe('bytes=50000-');

    rmSync(path());
    writeFileSync(`${path()}.part`, Buffer.alloc(500, 9));
    writeFileSync(`${path()}.part.json`, JSON.stringify({ url, validator: '"one"' }));
    await get(url);
    expectWhole();
  });

  it('killed at 20 random points, continues with every byte that was on disk', async () => {
    const starts: number[] = [];
    const url = await serve((request, response) => {
      starts.push(Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0));
      drip(response, starts.at(-1)!);
    });
    const script = fileURLToPath(new URL('killed-download.ts', import.meta.url));
    const random = createRandom(2, 'kills');
    let kept = 0;
    for (let kill = 0; kill < 20; kill++) {
      const child = spawn(process.execPath, ['--import', 'tsx', script, url, path(), sha256], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      while (starts.length === kill && child.exitCode === null) await sleep(2);
      await sleep(random.integer(30));
      child.kill('SIGKILL');
      await ended;
      expect(existsSync(path())).toBe(false);
      expect(starts).toHaveLength(kill + 1);
      expect(starts[kill]).toBe(kept);
      const part = existsSync(`${path()}.part`) ? readFileSync(`${path()}.part`) : Buffer.alloc(0);
      expect(Buffer.compare(part, content.subarray(0, part.length))).toBe(0);
      // The note of what the bytes belong to is written before the first of them.
      kept = existsSync(`${path()}.part.json`) ? part.length : 0;
    }
    expect(kept).toBeGreaterThan(0);
    await get(url);
    expectWhole();
    expect(starts.at(-1)).toBe(kept);
  }, 120_000);

  it('keeps a file of the user’s that is another one', async () => {
    const url = await serve((request, response) => {
      wellBehaved(request, response);
    });
    await get(url);
    writeFileSync(path(), 'mine');
    await expect(get(url)).rejects.toMatchObject({ tag: 'bad-data' });
    expect(readFileSync(path(), 'utf8')).toBe('mine');
  });

  it('is held to the MD5 where the publisher gives no more', async () => {
    const url = await serve((request, response) => {
      wellBehaved(request, response);
    });
    const md5 = createHash('md5').update(content).digest('hex');
    const unknown = { bytes: undefined, sha256: undefined, retries: 0 };
    await expect(get(url, { ...unknown, md5: md5.replace(/^./, 'x') })).rejects.toThrow(/needed MD5 x.*found MD5/);
    expect(leftBehind()).toEqual([]);
    expect(await get(url, { ...unknown, md5 })).toMatchObject({ sha256 });
  });

  it.each([
    ['x.h5', '<!DOCTYPE html><html>sign in', /another file: a web page, perhaps to sign in/],
    ['x.tsv', '\n<html>busy', /a web page/],
    ['x.tsv', '', /an empty file/],
    ['x.h5', '{"error": "busy"}', /no HDF5 file: it begins with "\{\\"error/],
    ['x.tsv.gz', 'spot\tGNAS\n1x1\t2', /no gzip file/],
    ['x.tif', 'GIF89a', /no TIFF file/],
  ])('without a known hash takes no %s that is %j', async (name, body, message) => {
    const url = await serve((_request, response) => response.writeHead(200, { etag: '"one"' }).end(body));
    const file = join(folder, 'data', name);
    await expect(downloadFile({ urls: [url], path: file }, quick)).rejects.toThrow(message);
    expect(leftBehind()).toEqual([]);
  });

  it('does not wait for a host that is not known, unless some of the file has come from it', async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND nowhere'), { code: 'ENOTFOUND' });
    const asked = vi.fn(() => Promise.reject(new TypeError('fetch failed', { cause })));
    vi.stubGlobal('fetch', asked);
    await expect(get('https://nowhere/x')).rejects.toThrow('getaddrinfo ENOTFOUND nowhere');
    expect(asked).toHaveBeenCalledTimes(1);
    writeFileSync(`${path()}.part`, content.subarray(0, 10));
    writeFileSync(`${path()}.part.json`, JSON.stringify({ url: 'https://nowhere/x', validator: '"one"' }));
    await expect(get('https://nowhere/x')).rejects.toThrow('(4 tries)');
    vi.unstubAllGlobals();
  });

  it('sends a token', async () => {
    const url = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer secret') wellBehaved(request, response);
      else response.writeHead(401).end();
    });
    await expect(get(url)).rejects.toThrow('it needs a token');
    await get(url, { headers: { authorization: 'Bearer secret' } });
    expectWhole();
  });

  it('follows to another host without the token, and ends where a redirect leads back', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      const elsewhere = `http://localhost:${(server!.address() as AddressInfo).port}/there`;
      if (request.url === '/there') wellBehaved(request, response);
      else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : elsewhere }).end();
    });
    await get(url, { headers: { authorization: 'Bearer secret' } });
    expectWhole();
    expect(seen).toEqual(['/file.bin Bearer secret', '/there undefined']);
    rmSync(path());
    await expect(get(new URL('/loop', url).href, { retries: 0 })).rejects.toThrow('redirect count exceeded');
    expect(leftBehind()).toEqual([]);
  });
});
