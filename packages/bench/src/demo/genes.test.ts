import { expect, it } from 'vitest';
import { demoGenes } from './genes.ts';
import { PROGRAMMES } from './programmes.ts';

const genes = demoGenes(0);

it('has 300 genes with unique names, the breast markers among them', () => {
  const names = new Set(genes.map((gene) => gene.name));
  expect(names.size).toBe(300);
  for (const marker of 'ERBB2 ESR1 PGR MKI67 EPCAM CD3D CD68 MS4A1 JCHAIN PECAM1 PDGFRB DEMO001'.split(' '))
    expect(names).toContain(marker);
});

it('plants some genes strongly and others not at all, and uses every programme', () => {
  expect(genes.filter((gene) => gene.strength === 0).length).toBeGreaterThan(60);
  expect(genes.filter((gene) => gene.strength >= 1.8).length).toBeGreaterThan(60);
  expect(new Set(genes.flatMap((gene) => gene.programme ?? []))).toEqual(new Set(PROGRAMMES));
  for (const gene of genes) expect(gene.strength === 0).toBe(gene.programme === undefined);
});
