import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CountMatrix } from '../contracts/counts.ts';
import { readArtefactFile, readManifest, writeArtefact } from '../store/artefact.ts';
import { checkCounts, countFiles, countsFromFiles } from './count-files.ts';

const counts: CountMatrix = {
  genes: ['A', 'B'],
  indptr: Uint32Array.of(0, 2, 2, 3),
  indices: Uint32Array.of(0, 1, 1),
  values: Float32Array.of(16777216, 1, 2),
};

describe('count files', () => {
  it('come back from an artefact as they went in', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'spotbench-counts-')), 'artefact');
    await writeArtefact(folder, 'counts', {}, countFiles(counts, 'B4'));
    const manifest = await readManifest(folder, 'counts');
    expect(await countsFromFiles((name) => readArtefactFile(folder, manifest, name), 'B4')).toEqual(counts);
  });

  it.each<[string, Partial<CountMatrix>]>([
    ['indptr does not start at 0', { indptr: Uint32Array.of(1, 2, 2, 3) }],
    ['indptr ends at 2', { indptr: Uint32Array.of(0, 2, 2, 2) }],
    ['indptr falls at row 1', { indptr: Uint32Array.of(0, 2, 1, 3) }],
    ['columns of row 0 do not ascend', { indices: Uint32Array.of(1, 0, 1) }],
    ['column 2 of 2', { indices: Uint32Array.of(0, 1, 2) }],
    ['2 values', { values: Float32Array.of(1, 2) }],
  ])('refuse arrays that do not fit: %s', (message, broken) => {
    expect(() => checkCounts({ ...counts, ...broken }, 'B4')).toThrow(message);
  });
});
