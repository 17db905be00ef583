import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSpotbenchError, type SectionSimilarity, type SimilarityName } from '@spotbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { loadDatasets } from '../datasets/load.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { cellState } from '../results/cell-state.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { readLabels } from './labels.ts';
import { similarityReader } from './similarity-store.ts';
import { summariseSimilarities } from './summarise-similarities.ts';

describe('similarityReader', () => {
  const cellId = 'tiny--patient-out--frozen--probe--fold0--seed0';
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await tinyWorkspace();
    addMethod(
      workspace,
      'probe',
      `const G = data.genes.length;
       return { selectedBy: 'test', parameterCount: 0, async predict(slide) {
         return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) => Math.sin(k) + (k % G));
       } };`,
    );
    await runCell(workspace, findCell(workspace, cellId));
  });
  afterAll(() => removeWorkspace(workspace));

  const stored = (): string => join(workspace.store, 'similarities', `${cellId}.json`);
  const read = async (genes = ['GENE01', 'GENE02', 'GENE03']) => {
    const state = await cellState(workspace, makePlan(workspace), findCell(workspace, cellId).cell);
    if (state.kind !== 'ok') throw new Error(state.reason);
    return similarityReader(workspace)({ state, genes: { A1: genes, A2: genes } });
  };

  it('compares every test section, once: what it wrote is read back', async () => {
    const found = await read();
    expect(Object.keys(found)).toEqual(['A1', 'A2']);
    expect(found.A1.moransI.value).toBeLessThan(1);
    expect(found.A1.spotPcc.value).not.toBe(found.A2.spotPcc.value);
    // spots of this workspace lie in one row
    expect(found.A1.ssim).toEqual({ value: null, reason: 'no_raster' });
    expect(found.A1.ari).toEqual({ value: null, reason: 'no_labels' });
    const { mtimeMs } = statSync(stored());
    expect(await read()).toEqual(found);
    expect(statSync(stored()).mtimeMs).toBe(mtimeMs);
  });

  it('computes again for other genes, and where the file is damaged', async () => {
    const found = await read();
    const key = (): string => (JSON.parse(readFileSync(stored(), 'utf8')) as { key: string }).key;
    const before = key();
    expect(await read(['GENE04', 'GENE05', 'GENE06'])).not.toEqual(found);
    expect(key()).not.toBe(before);
    writeFileSync(stored(), readFileSync(stored(), 'utf8').slice(0, 40));
    expect(await read()).toEqual(found);
    expect(key()).toBe(before);
    const digit = String(found.A1.moransI.value).slice(2, 8);
    writeFileSync(stored(), readFileSync(stored(), 'utf8').replace(digit, Array.from(digit).reverse().join('')));
    expect(await read()).toEqual(found);
  });
});

describe('readLabels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spotbench-labels-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const labels: Parameters<typeof readLabels>[1] = {
    file: 'x',
    spot: ['x', 'y'],
    label: 'label',
    ignore: ['undetermined'],
    source: 'test',
  };
  const file = (text: string): string => {
    const path = join(folder, 'labels.tsv');
    writeFileSync(path, text.replaceAll(' ', '\t'));
    return path;
  };
  const spots = ['9x17', '10x20', '3x3'];

  it('joins labels to spots by rounded array coordinates, without those that say nothing', async () => {
    const path = file('id x y label\na 9.008 17.012 tumour\nb 9.79 19.966 fat\nc 3 3 undetermined\nd NA NA fat\n');
    expect(Object.fromEntries(await readLabels(path, labels, 'C1', spots))).toEqual({
      '9x17': 'tumour',
      '10x20': 'fat',
    });
  });

  it('joins by spot id where there is a column of them', async () => {
    const path = file('barcode kind\n9x17 tumour\n3x3 fat\n');
    const byId = { ...labels, spot: 'barcode', label: 'kind' };
    expect((await readLabels(path, byId, 'C1', spots)).size).toBe(2);
  });

  it.each([
    ['id x label\na 9 tumour\n', /line 2: needed a column "y", found id, x, label/],
    ['id x y label\na nine 17 tumour\n', /line 2: needed an array coordinate, found "nine"/],
    ['id x y label\na 90 17 tumour\n', /none of its 1 spots is a labelled spot of section C1, e.g. 9x17/],
  ])('says what is wrong with %j', async (text, message) => {
    const error: unknown = await readLabels(file(text), labels, 'C1', spots).catch((e: unknown) => e);
    expect(isSpotbenchError(error, 'bad-data')).toBe(true);
    expect(String(error)).toMatch(message);
  });
});

describe('summariseSimilarities', () => {
  const every = (of: SectionSimilarity): Record<SimilarityName, SectionSimilarity> => {
    return { geneGene: of, moransI: of, ssim: of, spotPcc: of, ari: of, nmi: of };
  };
  const value = (number: number) => every({ value: number, reason: null });

  it('averages seeds, then sections, then patients; the fault of a method counts 0, nobody else is left out', () => {
    const patients = { A1: 'A', A2: 'A', B1: 'B', B2: 'B' };
    const faulty = every({ value: null, reason: 'constant_pred' });
    const cells: Parameters<typeof summariseSimilarities>[0] = [
      { patients, sections: { A1: value(0.2), A2: value(0.8), B1: faulty } },
      { patients, sections: { A1: value(0.4), A2: value(0.8), B2: every({ value: null, reason: 'no_labels' }) } },
    ];
    // A: (0.3 + 0.8) / 2; B: B1 alone, at 0
    expect(summariseSimilarities(cells).ari).toEqual({ value: 0.275, reason: null, nSections: 3, nPatients: 2 });
  });

  it('says why there is none', () => {
    const cells: Parameters<typeof summariseSimilarities>[0] = [
      { patients: { A1: 'A' }, sections: { A1: every({ value: null, reason: 'no_raster' }) } },
    ];
    expect(summariseSimilarities(cells).ssim).toEqual({ value: null, reason: 'no_raster', nSections: 0, nPatients: 0 });
    expect(summariseSimilarities([])).toEqual({});
  });
});

describe('datasets.json', () => {
  it('names the label files of her2st', () => {
    const workspace = { root: join(import.meta.dirname, '../../../..'), store: '', localResults: '' };
    expect(loadDatasets(workspace).datasets.her2st.labels?.file).toContain('{section}');
  });
});
