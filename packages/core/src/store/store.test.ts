import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { damagedFiles, readArtefactFile, readManifest, verifyArtefact, writeArtefact } from './artefact.ts';
import { writeFileAtomic } from './atomic-write.ts';
import { float32From, uint32From } from './typed-array.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spotbench-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => join(folder, 'thing', ...parts);
const write = (text = 'hello'): ReturnType<typeof writeArtefact> =>
  writeArtefact(at(), 'test', { of: 'me' }, { 'a.txt': text, 'deep/b.bin': new Uint8Array([1, 2, 3]) });

describe('writeFileAtomic', () => {
  it('replaces a file and leaves no temporary one', async () => {
    const path = join(folder, 'new', 'file.txt');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'new'))).toEqual(['file.txt']);
  });

  it('keeps the old file when the new one cannot be written', async () => {
    const path = join(folder, 'file.txt');
    await writeFileAtomic(path, 'old');
    await expect(writeFileAtomic(path, Symbol('not bytes') as unknown as string)).rejects.toThrow();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file.txt']);
  });
});

describe('artefacts', () => {
  it('read back what was written, with the same identity for the same content', async () => {
    const first = await write();
    expect((await readArtefactFile(at(), first, 'deep/b.bin')).toString('hex')).toBe('010203');
    expect((await verifyArtefact(at(), 'test')).meta).toEqual({ of: 'me' });
    expect((await write()).hash).toBe(first.hash);
    expect((await write('other')).hash).not.toBe(first.hash);
    expect(readdirSync(folder)).toEqual(['thing']);
  });

  it('survive many writers of one folder: readers see a whole one or none, and one of them stays', async () => {
    const writers = Promise.all(Array.from({ length: 20 }, (_, i) => write(`writer ${i}`)));
    const seen = new Set<string>();
    let writing = true;
    const reader = (async () => {
      // Once more where the writers were too quick for it: then one has stayed.
      while (writing || !seen.has('whole')) {
        await verifyArtefact(at(), 'test').then(
          () => seen.add('whole'),
          (error: unknown) => seen.add(isSpotbenchError(error) ? error.tag : String(error)),
        );
      }
    })();
    await writers;
    writing = false;
    await reader;
    expect([...seen].filter((what) => what !== 'whole' && what !== 'missing-data')).toEqual([]);
    expect(seen).toContain('whole');
    await verifyArtefact(at(), 'test');
    expect(readdirSync(folder)).toEqual(['thing']);
  });

  it('stay in place when the same is written again, and are replaced when they are damaged', async () => {
    await write();
    const inode = (): number => statSync(at()).ino;
    const first = inode();
    await write();
    expect(inode()).toBe(first);
    truncateSync(at('a.txt'), 1);
    await write();
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('hello');
    expect(readdirSync(folder)).toEqual(['thing']);
  });

  it('name every damaged file', async () => {
    const manifest = await write();
    truncateSync(at('a.txt'), 2);
    rmSync(at('deep', 'b.bin'));
    const names: string[] = [];
    const damage = await damagedFiles(at(), manifest, (name) => names.push(name));
    expect(damage.map(({ message }) => message)).toEqual([
      expect.stringMatching(/a\.txt: 2 bytes with another checksum/),
      expect.stringMatching(/b\.bin: listed in manifest.json but not readable/),
    ]);
    expect(names).toEqual(['a.txt', 'deep/b.bin']);
  });

  it('leave the old one in place when a new one cannot be written', async () => {
    await write();
    const broken = { 'a.txt': 'new', 'a.txt/b': 'a file cannot lie below a file' };
    await expect(writeArtefact(at(), 'test', {}, broken)).rejects.toThrow();
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('hello');
    expect(readdirSync(folder)).toEqual(['thing']);
  });

  it.each([
    ['a truncated file', () => truncateSync(at('a.txt'), 2), /a\.txt: 2 bytes with another checksum/],
    [
      'a flipped bit',
      () => writeFileSync(at('deep', 'b.bin'), Buffer.from([1, 2, 2])),
      /b\.bin: 3 bytes with another checksum/,
    ],
    ['a missing file', () => rmSync(at('a.txt')), /a\.txt: listed in manifest.json but not readable/],
    ['a cut manifest', () => truncateSync(at('manifest.json'), 30), /manifest\.json: not valid JSON/],
    [
      'an edited manifest',
      () => writeFileSync(at('manifest.json'), readFileSync(at('manifest.json'), 'utf8').replace('"me"', '"you"')),
      /does not match its own hash/,
    ],
  ])('find %s', async (_, damage, message) => {
    await write();
    damage();
    const error: unknown = await verifyArtefact(at(), 'test').catch((e: unknown) => e);
    expect(isSpotbenchError(error, 'damaged-artefact')).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it('tell a missing artefact and another kind apart from a damaged one', async () => {
    await expect(readManifest(at(), 'test')).rejects.toMatchObject({ tag: 'missing-data' });
    await write();
    await expect(readManifest(at(), 'other')).rejects.toThrow(/kind is "test", needed "other"/);
    expect(existsSync(at('a.txt'))).toBe(true);
  });
});

describe('typed arrays', () => {
  it('read little-endian numbers from any offset and refuse a broken length', () => {
    const bytes = Buffer.concat([Buffer.from([0]), Buffer.from(new Float32Array([1.5, -2]).buffer)]).subarray(1);
    expect([...float32From(bytes, 'x')]).toEqual([1.5, -2]);
    expect([...uint32From(Buffer.from([1, 0, 0, 0, 2, 1, 0, 0]), 'x')]).toEqual([1, 258]);
    expect(() => float32From(Buffer.alloc(7), 'file x')).toThrow(/file x: 7 bytes are not whole 4-byte numbers/);
  });
});
