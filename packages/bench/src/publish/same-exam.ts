import type { RunRecord } from '../results/run-record.ts';

/** What all records of one ranking, or of one fold or method of it, must agree on. */
const AGREEMENTS: readonly {
  readonly what: string;
  readonly of: (record: RunRecord) => string | null;
  readonly among: (record: RunRecord) => string;
}[] = [
  { what: 'protocol', of: (r) => r.protocolHash, among: () => 'the ranking' },
  { what: 'data', of: (r) => r.datasetHash, among: () => 'the ranking' },
  { what: 'split', of: (r) => r.splitHash, among: () => 'the ranking' },
  { what: 'gene panels', of: (r) => r.panelHash, among: (r) => `fold ${r.fold}` },
  { what: 'code', of: (r) => r.codeHash, among: (r) => r.methodId },
  { what: 'configuration', of: (r) => r.configHash, among: (r) => r.methodId },
  { what: 'version', of: (r) => r.methodVersion || null, among: (r) => r.methodId },
  { what: 'features', of: (r) => r.featuresHash, among: (r) => r.methodId },
  { what: 'patches', of: (r) => r.patchesHash, among: (r) => r.methodId },
  { what: 'pretrained weights', of: (r) => r.weightsHash, among: (r) => r.methodId },
  { what: 'precision', of: (r) => r.precision, among: (r) => r.methodId },
];

/** Why records do not make one table: a row each, naming two cells that disagree. What a failed cell never came to know is no disagreement. */
export function disagreements(records: readonly RunRecord[]): string[] {
  return AGREEMENTS.flatMap(({ what, of, among }) => {
    const first = new Map<string, RunRecord>();
    const found = new Map<string, string>();
    for (const record of records) {
      const group = among(record);
      if (of(record) === null) continue;
      const known = first.get(group) ?? record;
      first.set(group, known);
      if (of(known) !== of(record) && !found.has(group))
        found.set(
          group,
          `${group}: ${what} differ: ${cellAnd(known, of)}, ${cellAnd(record, of)}; run one of them again`,
        );
    }
    return [...found.values()];
  });
}

function cellAnd(record: RunRecord, of: (record: RunRecord) => string | null): string {
  return `${record.cellId} has ${of(record)!.slice(0, 12)}`;
}
