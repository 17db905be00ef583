import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../src/cli/main.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

let root: string;
let server: Server;
let answer: (url: string, response: ServerResponse) => void;
let out: string;
let err: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'spotbench-data-'));
  answer = (url, response) => response.writeHead(200, { 'content-length': url.length, etag: '"1"' }).end(fileAt(url));
  server = createServer((request, response) => {
    answer(request.url!, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeDatasets();
  writeFileSync(join(root, 'nx.json'), '{}');
  vi.spyOn(process, 'cwd').mockReturnValue(root);
  out = err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  for (const name of ['SPOTBENCH_DATA', 'SPOTBENCH_OFFLINE', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
});

/** As many bytes as the address has, the first two of them as files of its kind begin. */
function fileAt(url: string): Buffer {
  const begins = url.endsWith('.gz') ? '\x1f\x8b' : url.endsWith('.jpg') ? '\xff\xd8' : '//';
  return Buffer.from(begins + url.slice(2), 'latin1');
}

/** A workspace whose one data set has two sections and six files of a few bytes. */
function writeDatasets(bytes: number | null = null): void {
  const real = JSON.parse(readFileSync(join(repository, 'datasets.json'), 'utf8')) as {
    protocols: object;
    datasets: { her2st: object };
  };
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const files = [
    'ST-cnts/{section}.tsv.gz',
    'ST-spotfiles/{section}_selection.tsv',
    'ST-imgs/{patient}/{section}/x.jpg',
  ];
  const tiny = {
    ...real.datasets.her2st,
    title: 'Two sections',
    notes: ['They are made up.'],
    protocols: ['patient-out'],
    optionalProtocols: [],
    splits: undefined,
    downloads: files.map((file) => ({ file, addresses: [`${base}/${file}`], access: 'open', bytes, sha256: null })),
    sections: ['A', 'B'].map((patient) => ({ id: `${patient}1`, patient, spotCount: 5 })),
  };
  writeFileSync(
    join(root, 'datasets.json'),
    JSON.stringify({ schemaVersion: 1, protocols: real.protocols, datasets: { tiny } }),
  );
}

/** Runs `spotbench data ...`; gives what it printed, a value a line where that is JSON. */
async function data(...args: string[]): Promise<{ code: number; out: string; err: string; json: unknown[] }> {
  out = err = '';
  process.exitCode = undefined;
  const code = await main(['data', ...args]);
  const json = args.includes('--json') ? out.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line) as unknown) : []; // prettier-ignore
  return { code, out, err, json };
}

describe('spotbench data', () => {
  it('goes from nothing to verified data', async () => {
    expect((await data('list')).out).toMatch(/^tiny {2}0 of 2 sections here {2}size unknown {2}open {2}CC BY 4.0\n$/);
    const plan = await data('plan', 'tiny');
    expect(plan.out).toMatch(
      /^tiny: 0 of 6 files in .*, 6 to fetch, \d+ bytes\n {2}ST-cnts\/A1.tsv.gz {2}18 bytes {2}http/,
    );
    expect((await data('fetch', 'tiny')).out).toMatch(/^tiny: 6 files fetched, 0 were here, in /);
    expect((await data('fetch', 'tiny', '--json')).json).toMatchObject([{ dataset: 'tiny', fetched: [], present: 6 }]);
    expect((await data('status', '--json')).json).toMatchObject([{ sections: { present: 2, total: 2 }, missing: [] }]);
    expect((await data('plan', '--json')).json).toMatchObject([{ dataset: 'tiny', files: 6, toFetch: [] }]);
    expect(await data('verify')).toMatchObject({ code: 0, out: expect.stringMatching(/^tiny: 6 files right, 0 wrong/) as string }); // prettier-ignore
  });

  it('verify fails with the names of what is wrong or gone', async () => {
    await data('fetch', 'tiny');
    const folder = join(root, '.spotbench/raw/tiny');
    writeFileSync(join(folder, 'ST-cnts/A1.tsv.gz'), 'other');
    rmSync(join(folder, 'ST-cnts/B1.tsv.gz'));
    const { code, out: said } = await data('verify', 'tiny');
    expect(code).toBe(1);
    expect(said).toMatch(/4 files right, 1 wrong, 1 missing/);
    expect(said).toMatch(/wrong: ST-cnts\/A1.tsv.gz: needed 18 bytes.*\n {2}missing: ST-cnts\/B1.tsv.gz\n/);
    expect(said).toContain('\n  move wrong files away, then run npx spotbench data fetch tiny\n');
    expect((await data('status', 'tiny')).out).toMatch(/1 of 2 sections in .*; lacks: no count file; npx spotbench data fetch tiny/); // prettier-ignore
    rmSync(join(folder, 'ST-cnts/A1.tsv.gz'));
    expect((await data('verify', 'tiny')).out).toContain('\n  run npx spotbench data fetch tiny\n');
  });

  it('asks before more than 1 GB: where nobody is there, --yes is needed', async () => {
    writeDatasets(300_000_000);
    const refused = await data('fetch', 'tiny');
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/tiny: fetch 6 files, 1.8 GB, into .*: nobody here to ask; add --yes/);
    expect(existsSync(join(root, '.spotbench'))).toBe(false);
    // With --yes it goes on, and finds that the files are not of the size that was promised.
    expect((await data('fetch', 'tiny', '--yes')).err).toMatch(
      /6 problems:\n.*another file: needed 300000000 bytes, the server has 18/,
    );
  });

  it('fetches what it can of several data sets, and says what it could not', async () => {
    const path = join(root, 'datasets.json');
    const all = JSON.parse(readFileSync(path, 'utf8')) as { datasets: Record<string, { downloads: object[] }> };
    const gone = all.datasets.tiny.downloads.map((download) => ({ ...download, addresses: [] }));
    all.datasets = { gone: { ...all.datasets.tiny, downloads: gone }, ...all.datasets };
    writeFileSync(path, JSON.stringify(all));
    const both = await data('fetch', 'gone', 'tiny');
    expect(both).toMatchObject({ code: 1, out: expect.stringMatching(/^tiny: 6 files fetched/) as string });
    expect(both.err).toMatch(/no address that a program could use.*raw\/gone/);
  });

  it('card tells what one should know', async () => {
    const { out: card } = await data('card', 'tiny');
    expect(card).toMatch(/^tiny: Two sections\n/);
    for (const line of [
      /^sections +2 of 2 patients$/m,
      /^spots +10$/m,
      /^licence +CC BY 4.0$/m,
      /^ {2}- They are made up.$/m,
    ])
      expect(card).toMatch(line);
    expect((await data('card', 'tiny', '--json')).json).toMatchObject([{ patients: 2, spots: 10, organ: 'breast' }]);
  });

  it('reads a data set, also under the old form', async () => {
    const now = await data('read', 'tiny');
    expect(now).toMatchObject({
      code: 1,
      err: expect.stringMatching(/data set tiny: needs at least two sections.*no count file/) as string,
    });
    expect(await data('tiny')).toEqual(now);
  });

  it('names the nearest where a name is wrong, and says what is wrong with an option', async () => {
    expect(await data('fetch', 'tinny')).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "tiny"?') as string }); // prettier-ignore
    expect(await data('tinny')).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "tiny"?') as string }); // prettier-ignore
    expect(await data('fetch', 'tiny', '--parallel', '0')).toMatchObject({ code: 2, err: expect.stringContaining('needs a whole number') as string }); // prettier-ignore
    expect(await data('fetch', 'tiny', '--parallel')).toMatchObject({ code: 2, err: 'spotbench: Not enough arguments following: parallel; see spotbench data --help\n' }); // prettier-ignore
    expect((await data('fetch')).code).toBe(2);
  });
});

it('Ctrl-C leaves only parts, and says that the same command goes on', async () => {
  const reached = new Promise<void>((resolve) => {
    answer = (url, response) => {
      response.writeHead(200, { 'content-length': 1000, etag: '"1"' });
      if (url.startsWith('/ST-cnts')) response.write('the beginning', () => setTimeout(resolve, 200));
      else response.end();
    };
  });
  writeDatasets(1000);
  const cli = join(repository, 'packages/bench/bin/spotbench.mjs');
  mkdirSync(join(root, 'packages'));
  const child = spawn(process.execPath, [cli, 'data', 'fetch', 'tiny', '--parallel', '1'], { cwd: root });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await reached;
  child.kill('SIGINT');
  expect(await ended).toBe(1);
  expect(said).toContain('stopped; what has arrived is kept, and the same command goes on from there');
  const folder = join(root, '.spotbench/raw/tiny');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  expect(files.map(({ name }) => name).sort()).toEqual(['A1.tsv.gz.part', 'A1.tsv.gz.part.json']);
}, 60_000);
