import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SpotbenchError, temporaryBeside } from '@spotbench/core';
import { DEMO_COHORTS, type DemoCohort } from './cohorts.ts';
import { demoSection } from './demo-section.ts';
import { demoGenes } from './genes.ts';
import type { DemoGene } from './genes.ts';

/** Bumped when the files of a seed change. */
export const DEMO_VERSION = '2';
/** The file that marks a folder as a demo cohort. */
export const DEMO_MARK = 'demo.json';
const NOTICE = 'SYNTHETIC: made by SpotBench, no real tissue; says nothing about biology';

export interface DemoOptions {
  /** Which one; `demo` where not given. */
  readonly cohort?: DemoCohort;
  readonly seed: number;
  /** Called after each section. */
  readonly onProgress?: (done: number, total: number, section: string) => void;
}

/**
 * Makes a demo cohort: 3 synthetic patients, 50 to 90 spots a section, 200 genes, H&E-like images whose local morphology
 * drives part of the expression (`planted.tsv` says which genes and how strongly). `demo` is breast in the her2st layout,
 * `demo-cscc` skin in that of GSE144240, `demo-visium` liver in that of Space Ranger. The seed decides every byte of counts
 * and positions; of the images too, for one version of sharp.
 * Built in a temporary folder and renamed, so that `folder` is whole or absent.
 * @throws SpotbenchError `bad-config` when `folder` holds something else than a demo cohort; nothing is touched then.
 */
export async function makeDemoCohort(
  folder: string,
  { cohort = 'demo', seed, onProgress }: DemoOptions,
): Promise<void> {
  await refuseOtherFolder(folder);
  const temporary = temporaryBeside(folder);
  try {
    await writeCohort(temporary, cohort, seed, onProgress);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeCohort(
  folder: string,
  cohort: DemoCohort,
  seed: number,
  onProgress: DemoOptions['onProgress'],
): Promise<void> {
  const genes = demoGenes(cohort, seed);
  const { sections } = DEMO_COHORTS[cohort];
  for (const [i, { id, patient }] of sections.entries()) {
    const files = await demoSection({ cohort, seed, patient, section: id }, genes);
    for (const [path, data] of Object.entries(files)) await writeInside(folder, path, data);
    onProgress?.(i + 1, sections.length, id);
  }
  await writeInside(folder, 'planted.tsv', plantedTable(genes));
  await writeInside(
    folder,
    DEMO_MARK,
    `${JSON.stringify({ synthetic: true, notice: NOTICE, licence: 'CC0 1.0', cohort, version: DEMO_VERSION, seed }, null, 2)}\n`,
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
