import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SpotbenchError, temporaryBeside } from '@spotbench/core';
import { demoSection } from './demo-section.ts';
import { demoGenes } from './genes.ts';
import type { DemoGene } from './genes.ts';

/** Bumped when the files of a seed change. */
export const DEMO_VERSION = '1';
export const DEMO_SECTIONS = ['A1', 'A2', 'B1', 'B2', 'C1', 'C2', 'D1', 'D2'] as const;
/** The file that marks a folder as a demo cohort. */
export const DEMO_MARK = 'demo.json';

export interface DemoOptions {
  readonly seed: number;
  /** Called after each section. */
  readonly onProgress?: (done: number, total: number, section: string) => void;
}

/**
 * Makes the demo cohort: 4 synthetic patients with 2 sections each in the her2st layout, about 130 spots a section, 300
 * genes, H&E-like images whose local morphology drives part of the expression (`planted.tsv` says which genes and how
 * strongly). The seed decides every byte of the count and selection files; the images too, for one version of sharp.
 * Built in a temporary folder and renamed, so that `folder` is whole or absent.
 * @throws SpotbenchError `bad-config` when `folder` holds something else than a demo cohort; nothing is touched then.
 */
export async function makeDemoCohort(folder: string, { seed, onProgress }: DemoOptions): Promise<void> {
  await refuseOtherFolder(folder);
  const temporary = temporaryBeside(folder);
  try {
    await writeCohort(temporary, seed, onProgress);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeCohort(folder: string, seed: number, onProgress: DemoOptions['onProgress']): Promise<void> {
  const genes = demoGenes(seed);
  for (const [i, section] of DEMO_SECTIONS.entries()) {
    const files = await demoSection({ seed, patient: section.charAt(0), section }, genes);
    for (const [path, data] of Object.entries(files)) await writeInside(folder, path, data);
    onProgress?.(i + 1, DEMO_SECTIONS.length, section);
  }
  await writeInside(folder, 'planted.tsv', plantedTable(genes));
  await writeInside(
    folder,
    DEMO_MARK,
    `${JSON.stringify({ synthetic: true, version: DEMO_VERSION, seed }, null, 2)}\n`,
  );
}

async function writeInside(folder: string, path: string, data: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), data);
}

function plantedTable(genes: readonly DemoGene[]): string {
  const rows = genes.map(({ name, programme, strength }) => [name, programme ?? 'none', strength].join('\t'));
  return `${['gene\tprogramme\tstrength', ...rows].join('\n')}\n`;
}

async function refuseOtherFolder(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown): string[] => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  if (there.length > 0 && !there.includes(DEMO_MARK))
    throw new SpotbenchError(
      'bad-config',
      `${folder}: the demo cohort needs a folder of its own, found ${there.length} other files there; give another folder`,
    );
}
