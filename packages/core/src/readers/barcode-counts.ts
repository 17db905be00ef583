import type { CountMatrix } from '../contracts/counts.ts';
import type { ReadReport } from '../contracts/section.ts';
import { badData } from './bad-data.ts';
import { quote } from './delimited-table.ts';
import { chooseGenes, type Features, type GeneOptions } from './features.ts';
import { gatherGenes, type RawCounts } from './gather-genes.ts';
import { isName } from './is-name.ts';

/** Counts by barcode, not yet joined with places on the slide. Row i belongs to barcode i. */
export interface BarcodeCounts {
  /** Unique. [N] */
  readonly barcodes: readonly string[];
  readonly counts: CountMatrix;
  readonly report: ReadReport;
}

/** What a count file holds before genes are chosen. */
export interface BarcodeFile {
  readonly barcodes: readonly string[];
  readonly features: Features;
  readonly raw: RawCounts;
  /** File, and where the barcodes, features and counts are in it. */
  readonly places: { readonly barcodes: string; readonly features: string; readonly counts: string };
  /** What to do about values that are not counts, where the file has a better place to look. */
  readonly remedy?: string;
}

/**
 * Chooses the genes of a count file and checks every count. See `chooseGenes` and `gatherGenes` for the rules and the report.
 * @throws SpotbenchError `bad-data` on what they refuse, an empty or repeated barcode, and sizes that do not fit together.
 */
export function barcodeCounts(file: BarcodeFile, options: GeneOptions): BarcodeCounts {
  const { barcodes, features, raw, places } = file;
  checkBarcodes(barcodes, places.barcodes);
  if (raw.indptr.length !== barcodes.length + 1)
    throw badData(
      places.counts,
      `counts of ${raw.indptr.length - 1} barcodes, needed the ${barcodes.length} of ${places.barcodes}`,
    );
  const genes = chooseGenes(features, options, places.features);
  const gathered = gatherGenes(raw, {
    ...genes,
    where: places.counts,
    rowName: (row) => `barcode ${barcodes[row]}`,
    featureName: (f) => `feature ${features.names[f]}`,
    remedy: file.remedy,
  });
  return { barcodes, counts: gathered.counts, report: { ...genes.report, ...gathered.report } };
}

/** @throws SpotbenchError `bad-data` when a barcode is empty, has white space around it or a control character in it, or stands twice. */
export function checkBarcodes(barcodes: readonly string[], where: string): void {
  if (barcodes.length === 0) throw badData(where, 'needed at least one barcode, found none');
  const first = new Map<string, number>();
  barcodes.forEach((barcode, i) => {
    if (!isName(barcode)) throw badData(`${where}, entry ${i + 1}`, `needed a barcode, found ${quote(barcode)}`);
    const before = first.get(barcode);
    if (before !== undefined)
      throw badData(
        `${where}, entry ${i + 1}`,
        `barcode ${barcode} already stands at entry ${before + 1}, needed once`,
        'remove or rename one of them',
      );
    first.set(barcode, i);
  });
}
