import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kindProblem } from './file-kind.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'spotbench-kind-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said of a file with these bytes, one a character. */
function problemOf(name: string, bytes: string): Promise<string | undefined> {
  const path = join(folder, 'file.part');
  writeFileSync(path, bytes, 'latin1');
  return kindProblem(path, name);
}

it.each([
  ['HE.tif', 'II*\0', 'TIFF'],
  ['HE.TIFF', 'MM\0*', 'TIFF of the other byte order'],
  ['HE.tiff', 'II+\0\b\0\0\0', 'BigTIFF'],
  ['HE.jpg', '\xff\xd8\xff\xe1', 'JPEG that begins with EXIF'],
  ['HE.jpeg', '\xff\xd8\xff\xdb', 'JPEG without JFIF or EXIF'],
  ['raw.tar.gz', '\x1f\x8b\b', 'gzip'],
  ['matrix.h5', '\x89HDF\r\n\x1a\n\x02', 'HDF5 of a newer version'],
  ['raw.tar', 'A1.tsv\0', 'kind that is not looked at'],
  ['a.tsv', '\xef\xbb\xbfspot\tGNAS', 'table with a byte order mark'],
  ['a.csv', '<unnamed>,GNAS', 'table whose first name is in angle brackets'],
])('takes %s that begins with %j: %s', async (name, bytes) => {
  expect(await problemOf(name, bytes)).toBeUndefined();
});

it.each(['<!DOCTYPE html>', '\n <HTML lang="en">', '\xef\xbb\xbf<!doctype html>'])(
  'knows %j for a web page',
  async (bytes) => {
    expect(await problemOf('a.tsv', bytes)).toMatch('a web page');
  },
);
