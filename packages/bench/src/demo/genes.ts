import { createRandom } from '@spotbench/core';
import { PROGRAMMES } from './programmes.ts';
import type { Programme } from './programmes.ts';

/** A gene of the demo cohort and what is planted in it. */
export interface DemoGene {
  readonly name: string;
  /** The programme that drives it; none for genes without a trace in the image. */
  readonly programme?: Programme;
  /** Change of the log rate from activity 0 to activity 1. */
  readonly strength: number;
  /** Mean count at activity 0, depth 1. */
  readonly baseRate: number;
}

export const GENE_COUNT = 300;

/** Marker genes by the programme whose cells express them; all are planted strongly. */
const MARKERS: Readonly<Record<Programme, readonly string[]>> = {
  tumour: ['ERBB2', 'EPCAM', 'KRT8', 'KRT18', 'KRT19', 'GRB7', 'FASN', 'CD24'],
  immune: ['CD3D', 'CD68', 'MS4A1', 'JCHAIN', 'CD8A', 'PTPRC', 'IGKC', 'CXCL13'],
  fibrosis: ['PDGFRB', 'PECAM1', 'COL1A1', 'COL1A2', 'COL3A1', 'SPARC', 'LUM', 'ACTA2'],
  gland: ['ESR1', 'PGR', 'GATA3', 'XBP1', 'TFF3', 'AGR2'],
  fat: ['ADIPOQ', 'PLIN1', 'FABP4', 'LPL'],
  grade: ['MKI67', 'TOP2A', 'CCNB1', 'AURKA', 'PCNA'],
};
/** Expressed everywhere alike: nothing in the image tells their level. */
const HOUSEKEEPING = ['GAPDH', 'ACTB', 'B2M', 'TMSB10', 'RPLP0', 'EEF1A1'];
const MARKER_STRENGTH = 2.2;
/** Strengths of the invented genes, in turn: none, weak, medium, strong. */
const STRENGTHS = [0, 0.5, 1, 1.8];

/** The genes, in file order: markers, housekeeping, then invented ones up to 300. The same for every section. */
export function demoGenes(seed: number): DemoGene[] {
  const random = createRandom(seed, 'demo', 'genes');
  const rate = (logMean: number): number => Math.exp(logMean + 0.8 * random.normal());
  const markers = PROGRAMMES.flatMap((programme) =>
    MARKERS[programme].map((name) => ({ name, programme, strength: MARKER_STRENGTH, baseRate: rate(0.8) })),
  );
  const housekeeping = HOUSEKEEPING.map((name) => ({ name, strength: 0, baseRate: rate(3.2) }));
  const invented = Array.from({ length: GENE_COUNT - markers.length - housekeeping.length }, (_, i) => {
    const strength = STRENGTHS[i % STRENGTHS.length];
    const name = `DEMO${String(i + 1).padStart(3, '0')}`;
    const programme = PROGRAMMES[random.integer(PROGRAMMES.length)];
    return strength === 0
      ? { name, strength, baseRate: rate(0.7) }
      : { name, programme, strength, baseRate: rate(0.7) };
  });
  return [...markers, ...housekeeping, ...invented];
}
