import type { Programme } from './programmes.ts';

/** What a cohort's tissue is made of. */
export interface Tissue {
  /** How common each programme is: 0 covers half of the tissue, negative less. */
  readonly prevalence: Readonly<Record<Programme, number>>;
  /** Marker genes by the programme whose cells express them; all are planted strongly. */
  readonly markers: Readonly<Record<Programme, readonly string[]>>;
}

export const breast: Tissue = {
  prevalence: { tumour: 0.1, immune: -0.7, fibrosis: 0, gland: -0.8, fat: -1.3, grade: 0 },
  markers: {
    tumour: ['ERBB2', 'EPCAM', 'KRT8', 'KRT18', 'KRT19', 'GRB7', 'FASN', 'CD24'],
    immune: ['CD3D', 'CD68', 'MS4A1', 'JCHAIN', 'CD8A', 'PTPRC', 'IGKC', 'CXCL13'],
    fibrosis: ['PDGFRB', 'PECAM1', 'COL1A1', 'COL1A2', 'COL3A1', 'SPARC', 'LUM', 'ACTA2'],
    gland: ['ESR1', 'PGR', 'GATA3', 'XBP1', 'TFF3', 'AGR2'],
    fat: ['ADIPOQ', 'PLIN1', 'FABP4', 'LPL'],
    grade: ['MKI67', 'TOP2A', 'CCNB1', 'AURKA', 'PCNA'],
  },
};

/** Squamous nests are painted as tumour, keratin pearls as glands. */
export const skin: Tissue = {
  prevalence: { tumour: 0.3, immune: -0.4, fibrosis: 0.1, gland: -0.6, fat: -2, grade: 0.2 },
  markers: {
    tumour: ['KRT5', 'KRT14', 'ANXA1', 'TP63', 'KRT17', 'S100A2'],
    immune: ['CD3D', 'CD68', 'MS4A1', 'CD8A', 'PTPRC', 'IGKC', 'HLA-DRA'],
    fibrosis: ['COL1A1', 'COL1A2', 'COL3A1', 'PECAM1', 'SPARC', 'DCN'],
    gland: ['SBSN', 'DMKN', 'KRTDAP', 'SPRR2A', 'KRT1', 'KRT10'],
    fat: ['ADIPOQ', 'PLIN1', 'FABP4'],
    grade: ['NDRG1', 'MKI67', 'TOP2A', 'MMP1', 'LAMC2'],
  },
};

/** Plates of hepatocytes are painted as tumour, bile ducts as glands, fatty change as fat. */
export const liver: Tissue = {
  prevalence: { tumour: 0.7, immune: -1, fibrosis: -0.5, gland: -0.8, fat: -0.8, grade: -0.2 },
  markers: {
    tumour: ['ALB', 'HAL', 'APOA1', 'TTR', 'SERPINA1', 'CYP2E1'],
    immune: ['CD68', 'CD5L', 'MARCO', 'PTPRC', 'CD3D', 'IGKC'],
    fibrosis: ['ACTA2', 'DCN', 'VWF', 'COL1A1', 'PECAM1', 'SPARC'],
    gland: ['SOX9', 'KRT7', 'ANXA4', 'KRT19', 'EPCAM'],
    fat: ['PLIN2', 'PLIN1', 'CIDEC', 'FABP4'],
    grade: ['CYP3A4', 'GLUL', 'CYP1A2', 'MKI67'],
  },
};
