import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findWorkspace } from '../workspace/workspace.ts';
import { findPanel } from './find-panel.ts';
import { describeDiff, diffPanels } from './panel-diff.ts';

describe('diffPanels', () => {
  it('tells what is in one, the other and both', () => {
    expect(diffPanels(['FASN', 'ERBB2', 'GNAS'], ['GNAS', 'CD74'])).toEqual({
      both: ['GNAS'],
      onlyA: ['ERBB2', 'FASN'],
      onlyB: ['CD74'],
      renamed: [],
    });
  });

  it.each([
    ['C1ORF112', 'C1orf112', 'case'],
    ['IGJ', 'JCHAIN', 'alias'],
    ['SEPT2', 'SEPTIN2', 'months'],
    ['1-Mar', 'MARCHF1', 'months'],
    ['AL645608.7', 'AL645608.2', 'version'],
    ['HLA.DRA', 'HLA-DRA', 'punctuation'],
  ])('suggests that %s is %s (%s)', (a, b, rule) => {
    expect(diffPanels([a, 'FASN'], [b, 'CD74']).renamed).toEqual([{ a, b, rule }]);
  });

  it('suggests nothing where two genes could be meant, and pairs no gene twice', () => {
    expect(diffPanels(['AC1.1'], ['AC1.2', 'AC1.3']).renamed).toEqual([]);
    expect(diffPanels(['Igj', 'IGJ'], ['JCHAIN']).renamed).toEqual([]);
  });

  it('describes itself with both names', () => {
    const text = describeDiff(diffPanels(['IGJ', 'X'], ['JCHAIN', 'X']), ['old', 'new']);
    expect(text).toBe(
      'both: 1\n  X\nonly in old: 1\n  IGJ\nonly in new: 1\n  JCHAIN\nperhaps renamed: 1\n  IGJ -> JCHAIN (alias)\n',
    );
  });
});

describe('findPanel', () => {
  const workspace = findWorkspace();
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'spotbench-panel-'))));
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it.each([
    ['list.json', '["B", "A"]'],
    ['genes.txt', '\uFEFF# two\r\nB\r\n\r\nA\r\n'],
  ])('reads %s', async (name, text) => {
    expect((await findPanel(workspace, write(name, text))).genes).toEqual(['B', 'A']);
  });

  it('takes the markers of a data set', async () => {
    expect((await findPanel(workspace, 'her2st:markers')).genes).toContain('ERBB2');
  });

  it.each<[string, string, RegExp]>([
    ['twice.txt', 'A\nB\nA\n', /twice\.txt: needed one gene a line, each once, found A twice/],
    ['table.txt', 'A\t1\n', /needed one gene a line/],
    ['none.txt', '\n', /needed one gene a line/],
    ['list.json', '[1]', /needed a list of gene names/],
    ['panel.json', '{"name": "x"}', /not a gene panel/],
    ['cut.json', '{"name', /cut\.json: not valid JSON/],
  ])('refuses %s holding %j', async (name, text, message) => {
    await expect(findPanel(workspace, write(name, text))).rejects.toThrow(message);
  });

  it.each<[string, RegExp]>([
    ['patient-out', /patient-out has no fixed gene list/],
    ['mclstexp-papr', /unknown gene list .* did you mean "mclstexp-paper"/],
    ['hest-read:markers', /unknown gene list/],
    ['mclstexp-paper-visium', /no gene list, for it is not public as a list.*writes the names to .*-685\.json/],
    ['mclstexp-paper', /no gene list .*put it at .*her2st-785\.json: a JSON list of names, .*of SHA-256 b0119ee/],
  ])('refuses %s', async (name, message) => {
    vi.stubEnv('SPOTBENCH_DATA', folder);
    await expect(findPanel(workspace, name)).rejects.toThrow(message);
  });

  it('takes no other list for that of a protocol', async () => {
    vi.stubEnv('SPOTBENCH_DATA', folder);
    mkdirSync(join(folder, 'panels'));
    write('panels/her2st-785.json', '["ERBB2"]');
    await expect(findPanel(workspace, 'mclstexp-paper')).rejects.toThrow(
      /another gene list than protocol mclstexp-paper is defined on \(SHA-256 .*, datasets.json has b0119ee/,
    );
  });
});
