import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRandom } from '@spotbench/core';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js';
import { pack, type Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractArchive, type Packed } from './extract-archive.ts';
import { placeFiles } from './place-files.ts';

const counts = Buffer.from('spot\tGENE1\n10x11\t3\n');
const noise = Buffer.from(createRandom(1, 'archive').permutation(20_000).buffer);

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spotbench-archive-'));
  root = join(folder, 'data');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Entry = readonly [header: Partial<Header> & { name: string }, content?: Buffer];

async function tar(entries: readonly Entry[], gzip = false): Promise<string> {
  const path = join(folder, gzip ? 'x.tar.gz' : 'x.tar');
  const archive = pack();
  for (const [header, content = Buffer.alloc(0)] of entries) archive.entry(header, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  writeFileSync(path, gzip ? gzipSync(bytes) : bytes);
  return path;
}

async function zip(files: Readonly<Record<string, Buffer>>, options: ZipWriterAddDataOptions = {}): Promise<string> {
  const path = join(folder, 'x.zip');
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, content] of Object.entries(files)) await writer.add(name, new Uint8ArrayReader(content), options);
  writeFileSync(path, await writer.close());
  return path;
}

async function unpack(packed: Partial<Packed> & Pick<Packed, 'path' | 'kind'>) {
  const staged = await extractArchive({ members: [], ...packed }, root);
  await placeFiles(staged, root);
  return staged.files;
}

/** Nothing was written anywhere but the archive itself. */
function expectNothing(): void {
  expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
  expect(readdirSync(folder).filter((name) => !/^(x\.|data$)/.test(name))).toEqual([]);
}

const members = [{ from: 'deep/A1.tsv', to: 'ST-cnts/A1.tsv' }];

describe('an archive', () => {
  it.each(['tar', 'tar.gz', 'zip'] as const)(
    '%s: what is named goes where it is wanted, and nothing else',
    async (kind) => {
      const files = { 'deep/A1.tsv': counts, 'deep/other.tsv': noise };
      const path =
      kind === 'zip'
        ? await zip(files)
        : await tar(Object.entries(files).map(([name, content]) => [{ name: `./${name}` }, content]), kind === 'tar.gz'); // prettier-ignore
      const found = await unpack({ path, kind, members });
      expect(readFileSync(join(root, 'ST-cnts/A1.tsv'))).toEqual(counts);
      expect(readdirSync(root)).toEqual(['ST-cnts']);
      expect(found).toEqual({ 'ST-cnts/A1.tsv': { bytes: counts.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string } }); // prettier-ignore
    },
  );

  it('without named members is unpacked whole, without what a Mac adds', async () => {
    const path = await zip({ 'a/b.tsv': counts, 'c.bin': noise, '__MACOSX/a/._b.tsv': counts, '.DS_Store': counts });
    expect(Object.keys(await unpack({ path, kind: 'zip' })).sort()).toEqual(['a/b.tsv', 'c.bin']);
  });

  it('holds gzipped files that are wanted unzipped', async () => {
    const path = await tar([[{ name: 'A1.jpg.gz' }, gzipSync(noise)]]);
    await unpack({ path, kind: 'tar', members: [{ from: 'A1.jpg.gz', to: 'A1.jpg' }] });
    expect(readFileSync(join(root, 'A1.jpg'))).toEqual(noise);
    expect(readdirSync(root)).toEqual(['A1.jpg']);
  });

  it('may be one gzipped file', async () => {
    writeFileSync(join(folder, 'x.gz'), gzipSync(noise));
    await unpack({ path: join(folder, 'x.gz'), kind: 'gz', members: [{ from: '', to: 'image.tiff' }] });
    expect(readFileSync(join(root, 'image.tiff'))).toEqual(noise);
  });

  it.each([{ zipCrypto: true }, { encryptionStrength: 3 as const }])('with a password %o', async (options) => {
    const path = await zip({ 'deep/A1.tsv': counts }, { password: 'right', ...options });
    await expect(unpack({ path, kind: 'zip', members })).rejects.toThrow('is encrypted and needs a password');
    const wrong = unpack({ path, kind: 'zip', members, password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ tag: 'bad-config' });
    await expect(wrong).rejects.toThrow('has another password');
    expectNothing();
    await unpack({ path, kind: 'zip', members, password: 'right' });
    expect(readFileSync(join(root, 'ST-cnts/A1.tsv'))).toEqual(counts);
  });
});

describe('an archive that is refused leaves nothing behind', () => {
  const refused = async (packed: Parameters<typeof unpack>[0], message: string | RegExp): Promise<void> => {
    const failed = unpack(packed);
    await expect(failed).rejects.toMatchObject({ tag: 'bad-data' });
    await expect(failed).rejects.toThrow(message);
    expectNothing();
  };

  it.each(['../outside', '/outside', 'a/../../outside', 'C:/outside', 'a\\..\\outside'])('name %s', async (name) => {
    const outside = 'would be written outside the data root';
    await refused({ path: await tar([[{ name: 'fine' }, counts], [{ name }, counts]]), kind: 'tar' }, outside); // prettier-ignore
    await refused({ path: await zip({ fine: counts, [name]: counts }), kind: 'zip' }, outside);
  });

  it.each(['symlink', 'link'] as const)('%s', async (type) => {
    const path = await tar([[{ name: 'escape', type, linkname: '/etc' }], [{ name: 'escape/passwd' }, counts]]);
    await refused({ path, kind: 'tar' }, 'member "escape" is a link');
  });

  it('a symbolic link in a zip', async () => {
    const path = await zip({ 'deep/A1.tsv': Buffer.from('/etc/passwd') }, { unixMode: 0o120777 });
    await refused({ path, kind: 'zip', members }, 'is a link');
  });

  it('device', async () => {
    const path = await tar([[{ name: 'deep/A1.tsv', type: 'character-device' }]]);
    await refused({ path, kind: 'tar', members }, 'is a special file');
  });

  it('bomb', async () => {
    const limits = { ratio: 20, atLeastBytes: 1000 };
    const zeros = Buffer.alloc(1_000_000);
    await refused({ path: await zip({ zeros }), kind: 'zip', limits }, /holds more than \d+ bytes/);
    await refused({ path: await tar([[{ name: 'zeros' }, zeros]], true), kind: 'tar.gz', limits }, 'holds more than');
    const twice = await tar([[{ name: 'a.gz' }, gzipSync(zeros)]]);
    await refused({ path: twice, kind: 'tar', limits, members: [{ from: 'a.gz', to: 'a' }] }, 'holds more than');
    await expect(unpack({ path: await zip({ noise }), kind: 'zip', limits })).resolves.toBeDefined();
  });

  it.each([[['a', 'a/b']], [['a/b', 'a']], [['n'.repeat(300)]]])(
    'names %j that cannot be files side by side',
    async (names) => {
      const path = await tar(names.map((name) => [{ name }, counts] as const));
      await refused({ path, kind: 'tar' }, 'has a name that cannot be a file beside the others here: E');
    },
  );

  it('missing member', async () => {
    const lacking = unpack({ path: await zip({ 'deep/A2.tsv': counts }), kind: 'zip', members });
    await expect(lacking).rejects.toMatchObject({ tag: 'missing-data' });
    await expect(lacking).rejects.toThrow('lacks 1 of 1 members, the first deep/A1.tsv; it has 1 (nearest: deep/A2.tsv); correct unpack.members'); // prettier-ignore
    expectNothing();
    await refused({ path: await tar([]), kind: 'tar' }, 'holds no file');
  });

  it('member that is there twice', async () => {
    await refused({ path: await tar([[{ name: 'a' }, counts], [{ name: './a' }, noise]]), kind: 'tar' }, 'is there twice'); // prettier-ignore
  });

  it.each(['tar', 'tar.gz', 'zip'] as const)('%s that is cut off', async (kind) => {
    const path = kind === 'zip' ? await zip({ noise }) : await tar([[{ name: 'noise' }, noise]], kind === 'tar.gz');
    for (const share of [0, 0.3, 0.9]) {
      truncateSync(path, Math.floor(readFileSync(path).length * share) || 100);
      await refused({ path, kind }, /not a whole|holds no file/);
    }
  });

  it.each(['tar', 'tar.gz', 'zip', 'gz'] as const)('%s that ends anywhere too soon', async (kind) => {
    const entries: Entry[] = ['a', 'b', 'c'].map((name) => [{ name }, noise.subarray(0, 700)]);
    const gz = join(folder, 'x.gz');
    writeFileSync(gz, gzipSync(noise));
    const path = {
      tar: () => tar(entries),
      'tar.gz': () => tar(entries, true),
      gz: () => gz,
      zip: () => zip({ noise }),
    };
    const file = await path[kind]();
    const whole = readFileSync(file);
    const wanted = kind === 'gz' ? [{ from: '', to: 'noise' }] : [];
    // Between members of a tar, too, where each that is there is whole; its end is two empty blocks, the first of which will do.
    const end = kind === 'tar' ? whole.length - 1024 : whole.length - 1;
    const lengths = Array.from({ length: 40 }, (_, i) => Math.floor((end * (i + 1)) / 40));
    for (const length of kind === 'tar' ? [...lengths, 512, 1024, 1536, 3072] : lengths) {
      writeFileSync(file, whole.subarray(0, length));
      await refused({ path: file, kind, members: wanted }, /not a whole|holds no file/);
    }
    writeFileSync(file, whole);
    await unpack({ path: file, kind, members: wanted });
  });

  it('damaged', async () => {
    const path = await zip({ 'deep/A1.tsv': noise }, { level: 0 });
    const bytes = readFileSync(path);
    bytes[1000] ^= 1;
    writeFileSync(path, bytes);
    await refused({ path, kind: 'zip', members }, 'not a whole zip file');
  });
});

it('a file of the user’s stays: the same is fine, another one stops everything', async () => {
  const path = await zip({ a: counts, b: noise });
  mkdirSync(root);
  writeFileSync(join(root, 'b'), 'mine');
  await expect(unpack({ path, kind: 'zip' })).rejects.toThrow(/other files than the archive's are there: b; nothing/);
  expect(readdirSync(root)).toEqual(['b']);
  expect(readFileSync(join(root, 'b'), 'utf8')).toBe('mine');
  writeFileSync(join(root, 'b'), noise);
  await unpack({ path, kind: 'zip' });
  expect(readdirSync(root).sort()).toEqual(['a', 'b']);
});

it('stops when it is told to', async () => {
  const path = await zip({ a: counts });
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(unpack({ path, kind: 'zip', signal: stop.signal })).rejects.toThrow('stopped');
  expectNothing();
});
