import { stringify } from 'csv-stringify/sync';
import type { Board } from './board-schema.ts';

const COLUMNS = [
  ...[
    'dataset',
    'synthetic',
    'protocol',
    'tier',
    'regime',
    'method',
    'kind',
    'version',
    'rank',
    'rankLow',
    'rankHigh',
    'tieGroup',
    'marks',
    'set',
    'metric',
    'value',
    'ciLow',
    'ciHigh',
    'scaled',
  ],
  ...[
    'nGenes',
    'nSections',
    'nPatients',
    'nSeeds',
    'seedSd',
    'constantTruth',
    'constantPred',
    'tooFew',
    'missingByMethod',
    'notMeasured',
  ],
  ...[
    'cellsOk',
    'cellsTotal',
    'reason',
    'commits',
    'codeHash',
    'configHash',
    'datasetHash',
    'splitHash',
    'protocolHash',
    'featuresHash',
    'command',
  ],
];

/** leaderboard.csv: one line per ranking, method, gene set and metric; a method without numbers has one line with its reason. */
export function boardCsv(board: Board): string {
  const records = board.rankings.flatMap((ranking) =>
    ranking.rows.flatMap((row) => {
      const common = {
        dataset: ranking.dataset,
        synthetic: ranking.synthetic,
        protocol: ranking.protocol,
        tier: ranking.tier,
        regime: ranking.regime,
        method: row.method,
        kind: row.kind,
        version: row.version,
        rank: row.rank,
        rankLow: row.rankInterval?.[0],
        rankHigh: row.rankInterval?.[1],
        tieGroup: row.tieGroup,
        marks: row.marks.join(' '),
        cellsOk: row.cells.ok,
        cellsTotal: row.cells.total,
        reason: row.failures.map((f) => `${f.cell}: ${f.reason}`).join('; '),
        commits: row.provenance.commits.join(' '),
        codeHash: row.provenance.codeHash,
        configHash: row.provenance.configHash,
        datasetHash: ranking.hashes.dataset,
        splitHash: ranking.hashes.split,
        protocolHash: ranking.hashes.protocol,
        featuresHash: ranking.hashes.features,
        command: row.provenance.command,
      };
      const lines = Object.entries(row.scores).flatMap(([set, metrics]) =>
        Object.entries(metrics).map(([metric, number]) => ({
          ...common,
          set,
          metric,
          value: number.value,
          ciLow: number.ci?.[0],
          ciHigh: number.ci?.[1],
          scaled: row.scaled[set]?.metric === metric ? row.scaled[set].value : undefined,
          nGenes: number.nGenes,
          nSections: number.nSections,
          nPatients: number.nPatients,
          nSeeds: number.nSeeds,
          seedSd: number.seedSd,
          constantTruth: number.nUndefined.constant_truth,
          constantPred: number.nUndefined.constant_pred,
          tooFew: number.nUndefined.too_few,
          missingByMethod: number.nUndefined.missing_by_method,
          notMeasured: number.nUndefined.not_measured,
        })),
      );
      return lines.length > 0 ? lines : [common];
    }),
  );
  return stringify(records, { header: true, columns: COLUMNS, cast: { boolean: String } });
}
