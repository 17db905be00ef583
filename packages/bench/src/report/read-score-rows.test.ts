import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtefact } from '@spotbench/core';
import { afterEach, describe, expect, it } from 'vitest';
import { readScores, scoresCsv, type ScoreRow } from '../cell/scores.ts';
import { readScoreRows } from './read-score-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'spotbench-score-rows-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const row = (changes: Partial<ScoreRow> = {}): ScoreRow => ({
  ...{ runId: 'run', patient: 'A', section: 'A1', gene: 'ERBB2', nSpots: 300, pcc: 0.1 + 0.2, spearman: -1e-7 },
  ...{ r2: 0, mse: 1.5, mae: 2, truthMean: 3, truthVar: 4, predVar: 5e-324, undefined: null, ...changes },
});
const nothing = { pcc: null, spearman: null, r2: null, undefined: 'constant_pred' } as const;

describe('readScoreRows', () => {
  it.each([
    ['plain rows', [row(), row({ gene: 'ESR1', ...nothing })]],
    ['a gene with a comma and one with a quote', [row({ gene: 'A,B' }), row({ gene: 'C"D' }), row(nothing)]],
    ['no row', []],
  ])('reads %s as readScores does', async (_, rows) => {
    const manifest = await writeArtefact(folder, 'test', {}, { 'scores.csv': scoresCsv(rows) });
    const found = await readScoreRows(folder, manifest);
    expect(found).toEqual(rows);
    expect(found).toEqual(await readScores(folder, manifest));
  });

  it.each([
    [(text: string) => text.replace('constant_pred', 'because'), /line 2/],
    [(text: string) => text.replace(',300,', ',3.5,'), /line 2/],
    [(text: string) => text.replace('nSpots', 'spots'), /scores.csv/],
    [(text: string) => text.replace('truthMean,', ''), /./],
  ])('leaves what does not fit to readScores, which refuses it', async (damage, message) => {
    const text = damage(scoresCsv([row(nothing)]));
    const manifest = await writeArtefact(folder, 'test', {}, { 'scores.csv': text });
    await expect(readScoreRows(folder, manifest)).rejects.toThrow(message);
  });
});
