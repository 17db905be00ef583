import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markerPanel, readFixedPanel } from './fixed-panel.ts';
import { sparse } from './testing/random-sections.ts';

const sections = [
  { id: 'B4', counts: sparse(['GNAS', 'FASN'], [[1, 2]]) },
  { id: 'C2', counts: sparse(['ERBB2'], [[1]]) },
];

async function listFile(content: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'spotbench-panel-')), 'her2st-3.json');
  await writeFile(path, content);
  return path;
}

describe('readFixedPanel', () => {
  it('reads a list of names, named after the file', async () => {
    const panel = await readFixedPanel(await listFile('["FASN", "ERBB2"]'), 'a paper', sections);
    expect(panel).toMatchObject({
      name: 'her2st-3',
      genes: ['FASN', 'ERBB2'],
      size: 2,
      source: 'a paper',
      fittedOn: [],
    });
  });

  it('names a gene that no section has, and the nearest that one has', async () => {
    const path = await listFile('["FASN", "ERBB3"]');
    await expect(readFixedPanel(path, 'a paper', sections)).rejects.toMatchObject({
      tag: 'bad-data',
      message: `${path}: 1 of 2 genes (ERBB3) are measured in none of 2 sections; did you mean ERBB2 for ERBB3?`,
    });
    expect((await readFixedPanel(path, 'a paper')).genes).toContain('ERBB3');
  });

  it.each([
    ['no JSON', '["FASN"', 'not valid JSON'],
    ['no list', '{"FASN": 1}', 'needed a list of gene names'],
    ['no names', '["FASN", 3]', 'needed a list of gene names'],
    ['nothing in it', '[]', 'needed a list of gene names'],
    ['a repeated name', '["FASN", "FASN"]', 'gene FASN stands twice'],
  ])('refuses a file with %s', async (_, content, message) => {
    await expect(readFixedPanel(await listFile(content), 'a paper', sections)).rejects.toThrow(message);
    await expect(readFixedPanel(await listFile(content), 'a paper', sections)).rejects.toMatchObject({
      tag: 'bad-config',
    });
  });

  it('says that a file is missing', async () => {
    await expect(readFixedPanel('/nowhere/x.json', 'a paper')).rejects.toMatchObject({ tag: 'missing-data' });
  });
});

describe('markerPanel', () => {
  it('keeps the curated order, genes of any section', () => {
    expect(markerPanel({ genes: ['GNAS', 'ERBB2'], source: 'a paper' }, sections).genes).toEqual(['GNAS', 'ERBB2']);
  });

  it('counts the genes no section has, naming the first five', () => {
    const genes = ['Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Q6', 'Q7', 'GNAS'];
    expect(() => markerPanel({ genes, source: 'a paper' }, sections)).toThrow(
      '7 of 8 genes (Q1, Q2, Q3, Q4, Q5, and 2 more)',
    );
  });
});
