import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HvgFlavour, type HvgResult, highlyVariableGenes, isSpotbenchError, sha256 } from '@spotbench/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCountTable } from '../src/readers/count-table.ts';
import { readBytes } from '../src/readers/read-bytes.ts';

const data = process.env.SPOTBENCH_DATA;
const folder = join(data ?? '', 'her2st', 'ST-cnts');
const here = data !== undefined && existsSync(folder);
const notice = here ? '' : ` (skipped: SPOTBENCH_DATA is ${data ?? 'not set'}, needed a folder with her2st)`;

type Summary = { size: number; sha256: string } | { error: string };
/** Written by scripts/golden_hvg.py with scanpy. */
const golden = JSON.parse(readFileSync(new URL('../fixtures/hvg/her2st.json', import.meta.url), 'utf8')) as {
  topGenes: number;
  sections: Record<string, Record<string, Summary>>;
  folds: Record<string, Record<string, Summary>>;
};
type Read = Parameters<typeof highlyVariableGenes>[0][number];

function summarise(sections: readonly Read[], flavour: HvgFlavour): Summary {
  try {
    const result = highlyVariableGenes(sections, { flavour, topGenes: golden.topGenes });
    const chosen = flavour === 'seurat_v3' ? aboveTies(result) : result.chosen;
    return { size: chosen.length, sha256: sha256([...chosen].sort().join('\n')) };
  } catch (error) {
    if (isSpotbenchError(error, 'bad-data')) return { error: error.message };
    throw error;
  }
}

/** Genes seen once or twice tie exactly, and scanpy's choice among them is that of an unstable sort. */
function aboveTies({ genes, score, chosen }: HvgResult): readonly string[] {
  const scoreOf = new Map(genes.map((gene, g) => [gene, score[g]]));
  const least = Math.min(...chosen.map((gene) => scoreOf.get(gene)!));
  return chosen.filter((gene) => scoreOf.get(gene)! > least * (1 + 1e-9));
}

const byName: Record<string, Read> = {};

describe.runIf(here)(`highly variable genes of her2st, as scanpy chooses them${notice}`, () => {
  beforeAll(async () => {
    for (const id of Object.keys(golden.sections)) {
      const path = join(folder, `${id}.tsv.gz`);
      byName[id] = { id, counts: parseCountTable(await readBytes(path), path).counts };
    }
  });

  it.each(Object.keys(golden.sections))('section %s', (id) => {
    for (const [flavour, expected] of Object.entries(golden.sections[id])) {
      const found = summarise([byName[id]], flavour as HvgFlavour);
      if ('error' in expected) expect([id, flavour, Object.keys(found)]).toEqual([id, flavour, ['error']]);
      else expect([id, flavour, found]).toEqual([id, flavour, expected]);
    }
  });

  it.each(Object.keys(golden.folds))('training sections of the fold that tests patient %s', (patient) => {
    const train = Object.values(byName).filter(({ id }) => !id.startsWith(patient));
    for (const [flavour, expected] of Object.entries(golden.folds[patient])) {
      const found = summarise(train, flavour as HvgFlavour);
      if ('error' in expected) expect([flavour, Object.keys(found)]).toEqual([flavour, ['error']]);
      else expect([flavour, found]).toEqual([flavour, expected]);
    }
  });
});
