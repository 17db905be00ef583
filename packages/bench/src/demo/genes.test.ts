import { describe, expect, it } from 'vitest';
import type { DemoCohort } from './cohorts.ts';
import { demoGenes } from './genes.ts';
import { PROGRAMMES } from './programmes.ts';

/** Markers that datasets.json scores, and more. */
const MARKERS: Readonly<Record<DemoCohort, string>> = {
  demo: 'ERBB2 ESR1 PGR MKI67 EPCAM CD3D CD68 MS4A1 JCHAIN PECAM1 PDGFRB DEMO001',
  'demo-cscc': 'SBSN DMKN ANXA1 NDRG1 KRTDAP SPRR2A DEMO001',
  'demo-visium': 'HAL CYP3A4 VWF SOX9 KRT7 ANXA4 ACTA2 DCN DEMO001',
};

describe.each(Object.entries(MARKERS) as [DemoCohort, string][])('genes of %s', (cohort, markers) => {
  const genes = demoGenes(cohort, 0);

  it('are 200 with unique names, the markers of the tissue among them', () => {
    const names = new Set(genes.map((gene) => gene.name));
    expect(names.size).toBe(200);
    for (const marker of markers.split(' ')) expect(names).toContain(marker);
  });

  it('are planted strongly in part and not at all in part, in every programme', () => {
    expect(genes.filter((gene) => gene.strength === 0).length).toBeGreaterThan(40);
    expect(genes.filter((gene) => gene.strength >= 1.8).length).toBeGreaterThan(60);
    expect(new Set(genes.flatMap((gene) => gene.programme ?? []))).toEqual(new Set(PROGRAMMES));
    for (const gene of genes) expect(gene.strength === 0).toBe(gene.programme === undefined);
  });
});

it('plants something else in each cohort', () => {
  const programmesOf = (cohort: DemoCohort): (string | undefined)[] =>
    demoGenes(cohort, 0)
      .filter(({ name }) => name.startsWith('DEMO'))
      .slice(0, 100)
      .map(({ programme }) => programme);
  expect(programmesOf('demo-cscc')).not.toEqual(programmesOf('demo'));
  expect(programmesOf('demo-visium')).not.toEqual(programmesOf('demo-cscc'));
});
