import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@spotbench/core';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DatasetEntry, DownloadEntry } from '../datasets/schema.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { describeFetchPlan } from './describe-data.ts';
import { fetchDataset, type FetchOptions } from './fetch-dataset.ts';
import { planDataset } from './planned-files.ts';
import { verifyDataset } from './verify-dataset.ts';

const jpeg = (seed: string): Buffer =>
  Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.from(createRandom(1, seed).permutation(30_000).buffer)]);
const gzip = (text: string): Buffer => Buffer.from(`\x1f\x8b${text}`, 'latin1');

/** Two sections of two patients, in the her2st layout; files begin as their kinds do. */
const contents: Readonly<Record<string, Buffer>> = {
  'ST-cnts/A1.tsv.gz': gzip('unts of A1'),
  'ST-cnts/B1.tsv.gz': gzip('unts of B1, more of them'),
  'ST-spotfiles/A1_selection.tsv': Buffer.from('spots of A1'),
  'ST-spotfiles/B1_selection.tsv': Buffer.from('spots of B1'),
  'ST-imgs/A/A1/HE.jpg': jpeg('A1'),
  'ST-imgs/B/B1/HE.jpg': jpeg('B1'),
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let workspace: Workspace;
let root: string;
let server: Server;
let base: string;
/** What the server has, by path; `asked` is what it was asked for. */
let served: Record<string, Uint8Array>;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-fetch-')));
  root = join(workspace.store, 'raw', 'tiny');
  asked = [];
  served = {};
  answer = (request, response) => {
    const body = served[request.url!.slice(1)];
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': body.length, etag: '"one"' }).end(request.method === 'HEAD' ? undefined : body); // prettier-ignore
  };
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const name of ['SPOTBENCH_DATA', 'SPOTBENCH_OFFLINE', 'HF_HUB_OFFLINE', 'HF_TOKEN']) vi.stubEnv(name, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(workspace.root, { recursive: true, force: true });
});

function dataset(downloads: readonly (Partial<DownloadEntry> & { file: string })[]): DatasetEntry {
  return {
    title: 'Tiny',
    organ: 'breast',
    technology: 'legacy ST',
    format: 'her2st',
    synthetic: false,
    licence: 'CC0 1.0',
    citation: 'nobody',
    spotPitchUm: 200,
    spotDiameterUm: 100,
    markers: { genes: ['ERBB2'], source: 'nobody' },
    protocols: ['patient-out'],
    optionalProtocols: [],
    options: {},
    seeds: [0],
    files: {
      counts: 'ST-cnts/{section}.tsv.gz',
      spots: 'ST-spotfiles/{section}_selection.tsv',
      imageFolder: 'ST-imgs/{patient}/{section}',
    },
    sections: [
      { id: 'A1', patient: 'A', spotCount: null },
      { id: 'B1', patient: 'B', spotCount: null },
    ],
    downloads: downloads.map(({ file, ...rest }) => ({
      file,
      addresses: [`${base}/${file}`],
      access: 'open',
      bytes: null,
      sha256: null,
      ...rest,
    })),
  };
}

/** Each file for itself. */
const plain = (changes: Partial<DownloadEntry> = {}): DatasetEntry =>
  dataset(
    ['ST-cnts/{section}.tsv.gz', 'ST-spotfiles/{section}_selection.tsv', 'ST-imgs/{patient}/{section}/HE.jpg'].map(
      (file) => ({ file, ...changes }),
    ),
  );

/** Everything in one zip. `named` says which member goes where; else all go where the archive has them. */
const zipped = (named = true, changes: Partial<DownloadEntry> = {}): DatasetEntry => {
  const names = [
    { from: 'x/{section}.tsv.gz', to: 'ST-cnts/{section}.tsv.gz' },
    { from: 'x/{section}_selection.tsv', to: 'ST-spotfiles/{section}_selection.tsv' },
    { from: 'x/{section}.jpg', to: 'ST-imgs/{patient}/{section}/HE.jpg' },
  ];
  return dataset([{ file: 'all.zip', unpack: { kind: 'zip', members: named ? names : [] }, ...changes }]);
};

async function zip(files: Readonly<Record<string, Uint8Array>>, options: ZipWriterAddDataOptions = {}) {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, content] of Object.entries(files)) await writer.add(name, new Uint8ArrayReader(content), options);
  return writer.close();
}

/** The archive that `zipped()` is about, and a member that nobody asks for. */
const named = (): Record<string, Uint8Array> => ({
  'x/A1.tsv.gz': contents['ST-cnts/A1.tsv.gz'],
  'x/B1.tsv.gz': contents['ST-cnts/B1.tsv.gz'],
  'x/A1_selection.tsv': contents['ST-spotfiles/A1_selection.tsv'],
  'x/B1_selection.tsv': contents['ST-spotfiles/B1_selection.tsv'],
  'x/A1.jpg': contents['ST-imgs/A/A1/HE.jpg'],
  'x/B1.jpg': contents['ST-imgs/B/B1/HE.jpg'],
  'x/readme.txt': Buffer.from('hello'),
});

const quick: FetchOptions = {
  parallel: 3,
  confirm: () => Promise.reject(new Error('asked')),
  download: { retries: 1, backOffMs: 1 },
};
const fetchTiny = (entry: DatasetEntry, changes: Partial<FetchOptions> = {}) =>
  fetchDataset(workspace, 'tiny', entry, { ...quick, ...changes });
const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name).slice(folder.length + 1))
        .sort()
    : [];
const lock = (): { datasets: Record<string, Record<string, { sha256: string; bytes: number; unpacked?: object }>> } =>
  JSON.parse(readFileSync(join(workspace.root, 'data.lock.json'), 'utf8')) as ReturnType<typeof lock>;

function expectWhole(): void {
  expect(filesBelow(root)).toEqual(Object.keys(contents).sort());
  for (const [file, bytes] of Object.entries(contents)) expect(readFileSync(join(root, file))).toEqual(bytes);
}
function put(file: string, bytes: Uint8Array | string, folder = root): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), bytes);
}

describe('a data set of plain files', () => {
  beforeEach(() => {
    served = { ...contents };
  });

  it('is fetched once, recorded, and the record holds', async () => {
    const entry = plain();
    expect(await fetchTiny(entry)).toMatchObject({ root, present: 0 });
    expectWhole();
    const counts = contents['ST-cnts/A1.tsv.gz'];
    expect(lock().datasets.tiny['ST-cnts/A1.tsv.gz']).toEqual({
      address: `${base}/ST-cnts/A1.tsv.gz`,
      bytes: counts.length,
      sha256: sha256(counts),
    });
    expect(Object.keys(lock().datasets.tiny)).toEqual(Object.keys(contents).sort());
    asked = [];
    expect(await fetchTiny(entry)).toMatchObject({ fetched: [], present: 6 });
    expect(asked).toEqual([]);

    rmSync(join(root, 'ST-cnts/A1.tsv.gz'));
    served['ST-cnts/A1.tsv.gz'] = gzip('UNTS OF A1');
    await expect(fetchTiny(entry)).rejects.toThrow(/ST-cnts\/A1.tsv.gz: another file: needed 12 bytes, SHA-256/);
    expect(filesBelow(root)).toHaveLength(5);
    expect(asked.filter((request) => request.startsWith('GET'))).toHaveLength(1);
  });

  it.each(['a lie', 'not allowed'])('is fetched whole from a server whose answer to HEAD is %s', async (which) => {
    const plainAnswer = answer;
    answer = (request, response) => {
      if (request.method !== 'HEAD') plainAnswer(request, response);
      else if (which === 'a lie') response.writeHead(200, { 'content-length': 5 }).end();
      else response.writeHead(405).end();
    };
    await fetchTiny(plain(), { confirm: () => Promise.resolve() });
    expectWhole();
  });

  it('asks nothing more once it was told to stop', async () => {
    const stop = new AbortController();
    answer = () => {
      stop.abort(new Error('stopped by the user'));
    };
    const stopped = fetchTiny(plain(), { download: { ...quick.download, signal: stop.signal } });
    await expect(stopped).rejects.toThrow('stopped by the user');
  });

  it('takes files that are there already: only what lacks is fetched, and nothing of the user’s is recorded', async () => {
    const data = join(workspace.root, 'mine');
    vi.stubEnv('SPOTBENCH_DATA', data);
    const mine = join(data, 'tiny');
    for (const file of Object.keys(contents).slice(1)) put(file, contents[file], mine);
    expect(await fetchTiny(plain())).toMatchObject({ root: mine, fetched: ['ST-cnts/A1.tsv.gz'], present: 5 });
    expect(filesBelow(mine)).toEqual(Object.keys(contents).sort());
    expect(existsSync(root)).toBe(false);
    expect(Object.keys(lock().datasets.tiny)).toEqual(['ST-cnts/A1.tsv.gz']);
  });

  it('takes the image of a section under any name', async () => {
    for (const file of Object.keys(contents)) put(file.replace('HE.jpg', 'my-slide.tif'), contents[file]);
    expect(await fetchTiny(plain())).toMatchObject({ fetched: [], present: 6 });
    expect(asked).toEqual([]);
  });

  it('says which of the user’s files are others than the recorded ones, and leaves them', async () => {
    const entry = plain();
    await fetchTiny(entry);
    put('ST-cnts/A1.tsv.gz', 'mine');
    const failed = fetchTiny(entry);
    await expect(failed).rejects.toMatchObject({ tag: 'bad-data' });
    await expect(failed).rejects.toThrow(
      /A1.tsv.gz: another file than the one recorded: needed 12 bytes.*found 4 bytes/,
    );
    expect(readFileSync(join(root, 'ST-cnts/A1.tsv.gz'), 'utf8')).toBe('mine');
  });

  it('names every file that could not be fetched, and fetches the others', async () => {
    delete served['ST-cnts/A1.tsv.gz'];
    delete served['ST-imgs/B/B1/HE.jpg'];
    const failed = fetchTiny(plain({ bytes: undefined }), { confirm: () => Promise.resolve() });
    await expect(failed).rejects.toThrow(/2 problems:\n.*A1.tsv.gz: could not be downloaded.*404.*\n.*B1\/HE.jpg.*404/);
    expect(filesBelow(root)).toHaveLength(4);
  });

  it('does not believe a lock that datasets.json contradicts', async () => {
    await fetchTiny(plain());
    const other = plain({ sha256: 'a'.repeat(64) });
    await expect(fetchTiny(other)).rejects.toThrow('datasets.json has sha256 aaa');
  });

  it('is recorded with the address that gave it; an entry may be for some sections only', async () => {
    const addresses = [`${base}/gone/{section}`, `${base}/ST-cnts/{section}.tsv.gz`];
    const entry = dataset([{ file: 'ST-cnts/{section}.tsv.gz', addresses, sections: ['B1'] }]);
    expect(await fetchTiny(entry)).toMatchObject({ fetched: ['ST-cnts/B1.tsv.gz'] });
    expect(lock().datasets.tiny['ST-cnts/B1.tsv.gz']).toMatchObject({ address: `${base}/ST-cnts/B1.tsv.gz` });
  });

  it('keeps no more transfers going than it may', async () => {
    let now = 0;
    let most = 0;
    const plainAnswer = answer;
    answer = (request, response) => {
      if (request.method === 'HEAD') {
        plainAnswer(request, response);
        return;
      }
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        plainAnswer(request, response);
      }, 30);
    };
    await fetchTiny(plain(), { parallel: 2 });
    expect(most).toBe(2);
  });

  it('stops when told to, leaving only parts, and goes on from them', async () => {
    const bytes = contents['ST-imgs/A/A1/HE.jpg'];
    const ranges: string[] = [];
    answer = (request, response) => {
      const body = served[request.url!.slice(1)];
      if (request.headers.range !== undefined) ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"one"',
        'content-length': body.length - from,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      });
      if (request.method === 'HEAD') response.end();
      else if (from > 0 || body !== bytes) response.end(body.subarray(from));
      else response.write(body.subarray(0, 50_000));
    };
    const stop = new AbortController();
    const onProgress = (file: string, done: number): void => {
      if (file === 'ST-imgs/A/A1/HE.jpg' && done === 50_000) stop.abort(new Error('stopped by the user'));
    };
    const stopped = fetchTiny(plain(), {
      parallel: 1,
      onProgress,
      download: { ...quick.download, signal: stop.signal },
    });
    await expect(stopped).rejects.toThrow('stopped by the user');
    const left = filesBelow(root).filter((file) => !Object.hasOwn(contents, file));
    expect(left).toEqual(['ST-imgs/A/A1/HE.jpg.part', 'ST-imgs/A/A1/HE.jpg.part.json']);
    expect(existsSync(join(root, 'ST-imgs/A/A1/HE.jpg'))).toBe(false);
    await fetchTiny(plain());
    expectWhole();
    expect(ranges).toEqual(['bytes=50000-']);
  });
});

describe('a data set in an archive', () => {
  it.each([true, false])(
    'is fetched, unpacked and recorded; a second call does nothing (members named: %s)',
    async (names) => {
      served['all.zip'] = await zip(names ? named() : contents);
      const entry = zipped(names);
      await fetchTiny(entry);
      expectWhole();
      const { unpacked, ...archive } = lock().datasets.tiny['all.zip'];
      expect(archive).toMatchObject({ bytes: served['all.zip'].length, sha256: sha256(served['all.zip']) });
      expect(unpacked).toMatchObject(Object.fromEntries(Object.entries(contents).map(([f, b]) => [f, { bytes: b.length, sha256: sha256(b) }]))); // prettier-ignore
      asked = [];
      expect(await fetchTiny(entry)).toMatchObject({ fetched: [], present: 1 });
      expect(asked).toEqual([]);
      // What is lost later comes from the same archive; what is still there stays.
      rmSync(join(root, 'ST-cnts/B1.tsv.gz'));
      expect(await fetchTiny(entry)).toMatchObject({ fetched: ['all.zip'] });
      expectWhole();
    },
  );

  it('an archive that the user put there is unpacked and kept, without a server', async () => {
    vi.stubEnv('SPOTBENCH_OFFLINE', '1');
    put('all.zip', await zip(named()));
    const entry = zipped(true, { access: 'by-hand', addresses: [] });
    await fetchTiny(entry);
    expect(filesBelow(root)).toEqual([...Object.keys(contents), 'all.zip'].sort());
    expect(asked).toEqual([]);
    expect(existsSync(join(workspace.root, 'data.lock.json'))).toBe(false);
  });

  it('that cannot be read is neither kept nor recorded', async () => {
    const whole = await zip(named());
    served['all.zip'] = whole.subarray(0, whole.length - 40);
    await expect(fetchTiny(zipped())).rejects.toThrow(/all.zip: not a whole zip file/);
    expect(filesBelow(root)).toEqual([]);
    expect(existsSync(join(workspace.root, 'data.lock.json'))).toBe(false);
    served['all.zip'] = whole;
    await fetchTiny(zipped());
    expectWhole();
  });

  it('with a password: says where it is told, keeps the archive, and takes it', async () => {
    served['all.zip'] = await zip(named(), { password: 'right', zipCrypto: true });
    const unpack = { ...zipped().downloads![0].unpack!, passwordFrom: 'the README of the authors' };
    const entry = zipped(true, { unpack });
    const plan = await planDataset(workspace, 'tiny', entry);
    expect(describeFetchPlan(plan, plan.files)).toContain('needs --password, told by the README of the authors');
    const failed = fetchTiny(entry);
    await expect(failed).rejects.toMatchObject({ tag: 'bad-config' });
    await expect(failed).rejects.toThrow(/needs a password; where it is told: the README of the authors; give it with/);
    expect(filesBelow(root)).toEqual(['all.zip', 'all.zip.fetched.json']);
    await expect(fetchTiny(entry, { password: 'wrong' })).rejects.toThrow('has another password');
    asked = [];
    await fetchTiny(entry, { password: 'right' });
    expect(asked.filter((request) => request.startsWith('GET'))).toEqual([]);
    expectWhole();
    expect(lock().datasets.tiny['all.zip'].sha256).toBe(sha256(served['all.zip']));
  });

  it('puts no second copy beside the user’s own under another name', async () => {
    served['all.zip'] = await zip(named());
    put('ST-imgs/A/A1/mine.tif', 'my image');
    await fetchTiny(zipped());
    expect(readdirSync(join(root, 'ST-imgs/A/A1'))).toEqual(['mine.tif']);
    expect(filesBelow(root)).toHaveLength(6);
    expect(Object.keys(lock().datasets.tiny['all.zip'].unpacked!)).toEqual(Object.keys(contents).sort());
  });

  it('that is whole and has other names is kept, not recorded, and unpacked once datasets.json has its names', async () => {
    const renamed = Object.entries(named()).map(([name, bytes]) => [name.replace('x/', 'y/'), bytes]);
    served['all.zip'] = await zip(Object.fromEntries(renamed) as Record<string, Uint8Array>);
    await expect(fetchTiny(zipped())).rejects.toThrow(
      /all.zip: lacks 6 of 6 members.*nearest: y\/A1.*; correct unpack.members .*, or remove it/,
    );
    expect(filesBelow(root)).toEqual(['all.zip', 'all.zip.fetched.json']);
    expect(existsSync(join(workspace.root, 'data.lock.json'))).toBe(false);
    asked = [];
    const entry = zipped();
    for (const member of entry.downloads![0].unpack!.members) member.from = member.from.replace('x/', 'y/');
    await fetchTiny(entry);
    expectWhole();
    expect(asked.filter((request) => request.startsWith('GET'))).toEqual([]);
  });

  it('is kept where its files cannot be written', async () => {
    served['all.zip'] = await zip(named());
    put('ST-cnts', 'a file where a folder is needed');
    const failed = fetchTiny(zipped());
    await expect(failed).rejects.toMatchObject({ tag: 'missing-data' });
    await expect(failed).rejects.toThrow(/raw\/tiny: could not be written: E.*what has arrived is kept/);
    expect(filesBelow(root)).toEqual(['ST-cnts', 'all.zip', 'all.zip.fetched.json']);
    const entry = zipped();
    const lost = { ...entry.downloads![0], file: 'lost.tsv', addresses: [], unpack: undefined };
    const both = fetchTiny({ ...entry, downloads: [...entry.downloads!, lost] });
    await expect(both).rejects.toThrow(/tiny: 2 problems:\nlost\.tsv: no address .*\n.*could not be written/);
  });

  it('never replaces a file of the user’s', async () => {
    served['all.zip'] = await zip(named());
    put('ST-cnts/A1.tsv.gz', 'mine');
    await expect(fetchTiny(zipped())).rejects.toThrow("other files than the archive's are there: ST-cnts/A1.tsv.gz");
    expect(filesBelow(root)).toEqual(['ST-cnts/A1.tsv.gz', 'all.zip', 'all.zip.fetched.json']);
    expect(readFileSync(join(root, 'ST-cnts/A1.tsv.gz'), 'utf8')).toBe('mine');
  });
});

describe('a process that is killed while it unpacks', () => {
  /** Large enough that unpacking takes longer than killing. */
  const large = Object.fromEntries(
    Object.keys(named()).map((name) => [name, Buffer.from(createRandom(1, name).permutation(2_000_000).buffer)]),
  );
  const placed: Record<string, Buffer> = {
    'ST-cnts/A1.tsv.gz': large['x/A1.tsv.gz'],
    'ST-cnts/B1.tsv.gz': large['x/B1.tsv.gz'],
    'ST-spotfiles/A1_selection.tsv': large['x/A1_selection.tsv'],
    'ST-spotfiles/B1_selection.tsv': large['x/B1_selection.tsv'],
    'ST-imgs/A/A1/HE.jpg': large['x/A1.jpg'],
    'ST-imgs/B/B1/HE.jpg': large['x/B1.jpg'],
  };
  /** What is being unpacked; nothing where a folder went into its place while it was looked into. */
  const temporary = (): string[] => {
    try {
      return filesBelow(root).filter((file) => file.startsWith('.tmp-unpack-'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };

  /** Runs the fetch in a process of its own and kills it `afterMs` after the first byte was unpacked. */
  async function killed(definition: string, afterMs: number): Promise<boolean> {
    const script = fileURLToPath(new URL('killed-fetch.ts', import.meta.url));
    const args = ['--import', 'tsx', script, workspace.root, definition];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const before = temporary();
    while (child.exitCode === null && temporary().every((file) => before.includes(file))) await sleep(1);
    await sleep(afterMs);
    child.kill('SIGKILL');
    await ended;
    return child.signalCode === 'SIGKILL';
  }

  it('leaves whole files in their places or none, and the next one finishes, tidies up and records', async () => {
    served['all.zip'] = await zip(large, { level: 0 });
    const definition = join(workspace.root, 'entry.json');
    writeFileSync(definition, JSON.stringify(zipped()));
    const random = createRandom(3, 'kills');
    let halves = 0;
    for (let kill = 0; kill < 5; kill++) {
      if (!(await killed(definition, kill === 0 ? 0 : random.integer(150)))) break;
      halves += temporary().length;
      for (const file of filesBelow(root).filter((path) => Object.hasOwn(placed, path)))
        expect(Buffer.compare(readFileSync(join(root, file)), placed[file]), file).toBe(0);
      expect(existsSync(join(workspace.root, 'data.lock.json'))).toBe(false);
    }
    expect(halves).toBeGreaterThan(0);
    await fetchTiny(zipped());
    expect(filesBelow(root)).toEqual(Object.keys(placed).sort());
    for (const [file, bytes] of Object.entries(placed))
      expect(Buffer.compare(readFileSync(join(root, file)), bytes), file).toBe(0);
    expect(lock().datasets.tiny['all.zip']).toMatchObject({ bytes: served['all.zip'].length });
  }, 120_000);
});

describe('one process at a time', () => {
  beforeEach(() => {
    served = { ...contents };
  });

  it('fetches into a folder; the others say which one does', async () => {
    put('.fetching', String(process.ppid));
    await expect(fetchTiny(plain())).rejects.toThrow(`process ${process.ppid} is fetching into it`);
    expect(filesBelow(root)).toEqual(['.fetching']);
  });

  it('a data root that cannot be written to is said to be so', async () => {
    put('.spotbench/raw/tiny', 'a file, not a folder', workspace.root);
    await expect(fetchTiny(plain())).rejects.toThrow(/raw\/tiny: cannot be written to: /);
  });

  it('a process that was killed stops nobody, and what it had unpacked is removed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    put('.fetching', String(pid));
    put('.tmp-unpack-x/ST-cnts/A1.tsv.gz', 'half of it');
    await fetchTiny(plain());
    expectWhole();
  });
});

describe('before anything is fetched', () => {
  it('asks above 1 GB, and where nobody knows how much it is', async () => {
    served = { ...contents };
    const questions: string[] = [];
    const confirm = (question: string): Promise<void> => {
      questions.push(question);
      return Promise.reject(new Error('no'));
    };
    await expect(fetchTiny(plain({ bytes: 400_000_000 }), { confirm })).rejects.toThrow('no');
    expect(questions).toEqual([`tiny: fetch 6 files, 2.4 GB, into ${root}`]);
    const sized = answer;
    answer = (request, response) => {
      if (request.method === 'HEAD') response.writeHead(405).end();
      else sized(request, response);
    };
    await expect(fetchTiny(plain(), { confirm })).rejects.toThrow('no');
    expect(questions[1]).toContain('0 bytes and 6 of unknown size');
    expect(filesBelow(workspace.store)).toEqual([]);
  });

  it('makes sure that there is room, for the archive and what is in it', async () => {
    served['all.zip'] = await zip(named());
    const free = (bytes: number) => ({ free: () => Promise.resolve(bytes) });
    const { length } = served['all.zip'];
    const full = fetchTiny(zipped(), free(2 * length - 1));
    await expect(full).rejects.toThrow(/needed at least .* of free disk space, found/);
    expect(filesBelow(workspace.store)).toEqual([]);
    put('all.zip.part', served['all.zip'].subarray(0, 1000));
    await fetchTiny(zipped(), free(2 * length - 1000));
  });

  it('makes sure that what is fetched can be recorded', async () => {
    vi.stubEnv('SPOTBENCH_DATA', workspace.root);
    mkdirSync(join(workspace.root, 'tiny'));
    const gone = workspaceAt(join(workspace.root, 'gone'));
    await expect(fetchDataset(gone, 'tiny', plain(), quick)).rejects.toThrow(
      /gone\/data\.lock\.json: cannot be written/,
    );
    expect(asked).toEqual([]);
  });

  it('says what to do for gated data, and sends the token to the hub only', async () => {
    const tokens: (string | undefined)[] = [];
    served = { ...contents };
    const open = answer;
    answer = (request, response) => {
      tokens.push(request.headers.authorization);
      request.url = request.url!.replace('/datasets/a/b/resolve/main', '');
      open(request, response);
    };
    const gated = (hub: string): DatasetEntry =>
      dataset([{ file: 'ST-cnts/{section}.tsv.gz', addresses: [`${hub}/datasets/a/b/resolve/main/ST-cnts/{section}.tsv.gz`], access: 'gated' }]); // prettier-ignore
    await expect(fetchTiny(gated('https://huggingface.co'))).rejects.toThrow(/sign in at https:\/\/huggingface.co\/datasets\/a\/b, accept the licence there.*HF_TOKEN/); // prettier-ignore
    expect(tokens).toEqual([]);
    vi.stubEnv('HF_TOKEN', 'secret');
    await fetchTiny(gated(base));
    expect(new Set(tokens)).toEqual(new Set([undefined]));
    vi.stubEnv('HF_ENDPOINT', base);
    rmSync(root, { recursive: true });
    tokens.length = 0;
    await fetchTiny(gated('https://huggingface.co'));
    expect(new Set(tokens)).toEqual(new Set(['Bearer secret']));
  });

  it('uses no network offline', async () => {
    vi.stubEnv('SPOTBENCH_OFFLINE', '1');
    await expect(fetchTiny(plain())).rejects.toThrow(
      /^ST-cnts\/A1.tsv.gz, .*B1\/HE.jpg: not in .*, and offline mode is on/,
    );
    expect(asked).toEqual([]);
  });

  it('one file for all sections has one address', async () => {
    const entry = dataset([{ file: 'all.zip', addresses: [`${base}/{section}.zip`] }]);
    await expect(fetchTiny(entry)).rejects.toThrow('all.zip is one file for 2 sections, but has 2 addresses');
  });
});

describe('what is there', () => {
  it('is told without asking a server', async () => {
    served = { ...contents };
    const before = await planDataset(workspace, 'tiny', plain());
    expect(before.files.map(({ present }) => present)).toEqual(Array(6).fill(false));
    await fetchTiny(plain());
    asked = [];
    const after = await planDataset(workspace, 'tiny', plain());
    expect(after.files.every(({ present, locked }) => present && locked)).toBe(true);
    expect(asked).toEqual([]);
  });

  it('is verified byte by byte: every bad and missing file is named', async () => {
    served['all.zip'] = await zip(named());
    await fetchTiny(zipped());
    expect(await verifyDataset(workspace, 'tiny', zipped())).toMatchObject({
      right: 6,
      wrong: [],
      missing: [],
      unknown: [],
    });
    put('ST-cnts/A1.tsv.gz', 'Counts of A1');
    put('ST-imgs/B/B1/HE.jpg', 'short');
    rmSync(join(root, 'ST-cnts/B1.tsv.gz'));
    const found = await verifyDataset(workspace, 'tiny', zipped());
    expect(found).toMatchObject({ right: 3, missing: ['ST-cnts/B1.tsv.gz'] });
    expect(found.wrong.map(({ path }) => path)).toEqual(['ST-cnts/A1.tsv.gz', 'ST-imgs/B/B1/HE.jpg']);
    expect(found.wrong[0].problem).toMatch(/^needed 12 bytes, SHA-256 .*found 12 bytes, SHA-256/);
  });

  it('cannot be verified where no hash is known, and is said to be so', async () => {
    for (const [file, bytes] of Object.entries(contents)) put(file, bytes);
    expect(await verifyDataset(workspace, 'tiny', plain())).toMatchObject({ right: 0, missing: [], wrong: [] });
    expect((await verifyDataset(workspace, 'tiny', plain())).unknown).toHaveLength(6);
  });
});
