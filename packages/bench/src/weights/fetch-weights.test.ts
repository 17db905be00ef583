import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { fetchWeights, findWeights } from './fetch-weights.ts';
import { weightsPath } from './weights-path.ts';

const COMMIT = 'c'.repeat(40);
let content: Buffer;
let workspace: Workspace;
let server: Server;
let asked: string[];

/** A hub as Hugging Face's is: it names commit, size and hash of a large file, and redirects to where it lies. */
beforeEach(async () => {
  content = Buffer.alloc(5000, 1);
  asked = [];
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-weights-')));
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/lfs') return response.writeHead(200, { 'content-length': content.length }).end(content);
    if (request.url!.includes('resnet50') && request.headers.authorization !== 'Bearer mine')
      return response.writeHead(401).end();
    const sha256 = createHash('sha256').update(content).digest('hex');
    response.writeHead(302, {
      location: '/lfs',
      'x-repo-commit': COMMIT,
      'x-linked-size': content.length,
      'x-linked-etag': `"${sha256}"`,
    });
    return response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('HF_TOKEN', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(workspace.root, { recursive: true, force: true });
});

const quick = { retries: 0, backOffMs: 1 };

it('pins the commit and the hash of the first download, and fetches once', async () => {
  const weights = await fetchWeights(workspace, 'densenet121', quick);
  expect(readFileSync(weights.path)).toEqual(content);
  const lock = JSON.parse(readFileSync(join(workspace.root, 'weights.lock.json'), 'utf8')) as { weights: object };
  expect(lock.weights).toMatchObject({
    densenet121: { repository: 'timm/densenet121.tv_in1k', revision: COMMIT, bytes: 5000, licence: 'apache-2.0' },
  });
  expect(asked).toEqual([
    'HEAD /timm/densenet121.tv_in1k/resolve/main/model.safetensors',
    `GET /timm/densenet121.tv_in1k/resolve/${COMMIT}/model.safetensors`,
    'GET /lfs',
  ]);
  await fetchWeights(workspace, 'densenet121', quick);
  expect(asked).toHaveLength(3);
  expect(await findWeights(workspace, 'densenet121')).toMatchObject({ sha256: weights.sha256, prefix: 'features.' });
});

it('takes no other bytes than the locked ones', async () => {
  await fetchWeights(workspace, 'densenet121', quick);
  rmSync(weightsPath(workspace, 'densenet121'));
  content = Buffer.alloc(5000, 2);
  await expect(fetchWeights(workspace, 'densenet121', quick)).rejects.toThrow(
    /another file: needed 5000 bytes, SHA-256/,
  );
  expect(existsSync(weightsPath(workspace, 'densenet121'))).toBe(false);
});

it('finds what was fetched, and says what was not or is damaged', async () => {
  await expect(findWeights(workspace, 'densenet121')).rejects.toThrow('run npx spotbench weights fetch densenet121');
  const { path } = await fetchWeights(workspace, 'densenet121', quick);
  writeFileSync(path, 'damaged');
  await expect(findWeights(workspace, 'densenet121')).rejects.toMatchObject({ tag: 'damaged-artefact' });
  await expect(findWeights(workspace, 'densnet121')).rejects.toThrow('did you mean "densenet121"');
});

it('needs no network for what is there, and uses none offline', async () => {
  await fetchWeights(workspace, 'densenet121', quick);
  vi.stubEnv('SPOTBENCH_OFFLINE', '1');
  await fetchWeights(workspace, 'densenet121', quick);
  const before = asked.length;
  await expect(fetchWeights(workspace, 'mobilevit_s', quick)).rejects.toThrow('offline mode is on');
  expect(asked).toHaveLength(before);
});

it('sends the user’s token to the hub', async () => {
  await expect(fetchWeights(workspace, 'resnet50', quick)).rejects.toThrow('set HF_TOKEN');
  vi.stubEnv('HF_TOKEN', 'mine');
  await expect(fetchWeights(workspace, 'resnet50', quick)).resolves.toMatchObject({ revision: COMMIT });
});
