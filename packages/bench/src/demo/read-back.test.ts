import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spotPitchPx, type CountMatrix, type Section } from '@spotbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSection } from '../data/read-section.ts';
import { loadDatasets } from '../datasets/load.ts';
import { locateDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { findWorkspace, workspaceAt } from '../workspace/workspace.ts';
import { DEMO_COHORTS, type DemoCohort } from './cohorts.ts';
import { makeDemoCohort } from './demo-cohort.ts';
import { makeSection } from './demo-section.ts';
import { demoGenes } from './genes.ts';
import type { MadeSection } from './layouts/layout.ts';
import { legacySpots, spotName } from './layouts/legacy-spots.ts';
import type { DemoSpot } from './spot-array.ts';

/** Each cohort through the reader that datasets.json names for it: what was planted is what is read. */
const COHORTS: readonly { cohort: DemoCohort; format: string; report: Section['report'] }[] = [
  {
    cohort: 'demo',
    format: 'her2st',
    report: { 'unselected-spots': 1, 'spots-without-counts': 1, 'counts-without-spot': 1 },
  },
  {
    cohort: 'demo-cscc',
    format: 'geo-st',
    report: { 'rounded-coordinates': 1, 'spots-without-counts': 1, 'counts-without-spot': 1 },
  },
  {
    cohort: 'demo-visium',
    format: 'spaceranger',
    report: { 'features-summed': 1, 'spots-without-counts': 0, 'counts-without-spot': 0 },
  },
];
const SEED = 3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spotbench-demo-read-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Counts as one row a spot. */
function denseRow({ indptr, indices, values, genes }: CountMatrix, row: number): number[] {
  const dense = genes.map(() => 0);
  for (let k = indptr[row]; k < indptr[row + 1]; k++) dense[indices[k]] = values[k];
  return dense;
}

/** Spots in the order in which their counts were drawn. */
function sequencedSpots({ key, spots }: MadeSection, read: Section): readonly DemoSpot[] {
  if (key.cohort !== 'demo-visium') return legacySpots(spots).sequenced;
  const at = new Map(spots.map((spot) => [spotName(spot), spot]));
  return read.spots.ids.map((_, i) => at.get(`${read.spots.arrayX[i]}x${read.spots.arrayY[i]}`)!);
}

describe.each(COHORTS)('$cohort', ({ cohort, format, report }) => {
  let entry: DatasetEntry;
  const sections: Section[] = [];
  beforeAll(async () => {
    const workspace = workspaceAt(folder);
    entry = loadDatasets(findWorkspace()).datasets[cohort];
    await makeDemoCohort(join(workspace.store, 'raw', cohort), { cohort, seed: SEED });
    const { present } = locateDataset(workspace, cohort, entry);
    for (const section of present) sections.push(await readSection(entry, section));
  }, 180_000);

  it('is every section that datasets.json lists, of three patients, in its format', () => {
    expect(entry.format).toBe(format);
    expect(entry.sections.map(({ id, patient }) => ({ id, patient }))).toEqual(DEMO_COHORTS[cohort].sections);
    expect(sections.map(({ id }) => id)).toEqual(entry.sections.map(({ id }) => id));
    expect(new Set(sections.map(({ patient }) => patient)).size).toBe(3);
    for (const section of sections) expect(section.report).toMatchObject(report);
  });

  it('has 45 to 100 spots a section', () => {
    for (const { spots } of sections) {
      expect(spots.ids.length).toBeGreaterThanOrEqual(45);
      expect(spots.ids.length).toBeLessThanOrEqual(100);
    }
  });

  it('is read to the positions and counts that were made', () => {
    for (const read of sections) {
      const genes = demoGenes(cohort, SEED);
      const key = { cohort, seed: SEED, patient: read.patient, section: read.id };
      const made = makeSection(key, genes);
      const sequenced = sequencedSpots(made, read);
      const counts = made.countsOf(sequenced);
      const rowOf = new Map(sequenced.map((spot, i) => [spotName(spot), i]));
      expect(read.counts.genes).toEqual(genes.map(({ name }) => name));
      for (const i of read.spots.ids.keys()) {
        const row = rowOf.get(`${read.spots.arrayX[i]}x${read.spots.arrayY[i]}`)!;
        const { pixelX, pixelY, inTissue } = sequenced[row];
        expect(inTissue).toBe(true);
        expect(read.spots.pixelX[i]).toBeCloseTo(pixelX, 0);
        expect(read.spots.pixelY[i]).toBeCloseTo(pixelY, 0);
        expect(denseRow(read.counts, i)).toEqual([...counts.subarray(row * genes.length, (row + 1) * genes.length)]);
      }
    }
  });
});

describe('the hexagonal array', () => {
  const { spots } = makeSection(
    { cohort: 'demo-visium', seed: SEED, patient: 'L1', section: 'L1' },
    demoGenes('demo-visium', SEED),
  );

  it('has six neighbours a pitch of 100 um away, array row and column of one parity', () => {
    const columns = {
      ids: spots.map(spotName),
      pixelX: Float32Array.from(spots, ({ pixelX }) => pixelX),
      pixelY: Float32Array.from(spots, ({ pixelY }) => pixelY),
    };
    const pitch = spotPitchPx(columns);
    expect(pitch).toBeCloseTo(100 / 0.7, -1);
    expect(DEMO_COHORTS['demo-visium'].array.spotDiameterPx / pitch).toBeCloseTo(0.55, 2);
    const middle = spots.find(({ arrayX, arrayY }) => arrayX === 50 && arrayY === 36)!;
    const distances = spots.map((spot) => Math.hypot(spot.pixelX - middle.pixelX, spot.pixelY - middle.pixelY));
    expect(distances.filter((d) => d > 0 && d < 1.02 * pitch)).toHaveLength(6);
    for (const { arrayX, arrayY } of spots) expect((arrayX + arrayY) % 2).toBe(0);
  });
});
