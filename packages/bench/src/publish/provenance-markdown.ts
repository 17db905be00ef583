import { short } from '../report/format.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { PublishedRanking } from './published-ranking.ts';

/** What every published number comes from, in full: hashes to compare, commits to check out, commands to type. */
export function provenanceMarkdown(rankings: readonly PublishedRanking[]): string {
  return [
    '## How to get every number again',
    '',
    'Check out the commit of the row, point `SPOTBENCH_DATA` at the data with the hash below, and type the command of the cell. ' +
      '`npx spotbench rescore --check` scores the stored predictions again; `npx spotbench explain <data set>/<protocol>/<regime>/<method>/<set>/<metric>` ' +
      'goes from a number down to patients, sections and genes.',
    '',
    ...rankings.flatMap(rankingProvenance),
  ].join('\n');
}

function rankingProvenance({ label, info, runs, hash }: PublishedRanking): string[] {
  const records = runs.map(({ record }) => record);
  const { dataset, protocol, regime } = info;
  return [
    `### ${dataset.id}: ${protocol.id}, ${regime}`,
    '',
    ...list([
      ['data', one(records, (r) => r.datasetHash)],
      ['protocol', one(records, (r) => r.protocolHash)],
      ['split', `${records[0].splitId} ${one(records, (r) => r.splitHash)}`],
      ...panels(records),
      ['published records and scores', `results/runs/${label} ${hash}`],
    ]),
    '',
    '<details><summary>Commit, code and command of every cell</summary>',
    '',
    '| Cell | Commit | Code | Configuration | Features | Engine | Command |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...records.map(cellLine),
    '',
    '</details>',
    '',
  ];
}

function list(items: readonly (readonly [string, string])[]): string[] {
  return items.map(([name, value]) => `- ${name}: ${value}`);
}

/** The one hash that all records agree on; verified before they were published. */
function one(records: readonly RunRecord[], of: (record: RunRecord) => string | null): string {
  return records.map(of).find((hash) => hash !== null) ?? 'none';
}

function panels(records: readonly RunRecord[]): [string, string][] {
  const folds = new Map<number, RunRecord>();
  for (const record of records)
    if (record.panelHash !== null && !folds.has(record.fold)) folds.set(record.fold, record);
  return [...folds]
    .sort(([a], [b]) => a - b)
    .map(([fold, { heldOut, panelHash }]) => [`gene panels of fold ${fold} (${heldOut} held out)`, panelHash!]);
}

function cellLine(record: RunRecord): string {
  const { cellId, commit, codeHash, configHash, featuresHash, patchesHash, engine, device, command } = record;
  const cells = [cellId, commit ?? 'none', short(codeHash), short(configHash), short(featuresHash ?? patchesHash)];
  return `| ${[...cells, `${engine}/${device}`, `\`${command}\``].join(' | ')} |`;
}
