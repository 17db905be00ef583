import { gunzipSync, gzipSync } from 'node:zlib';
import { SpotbenchError, type GeneScore, type ScoredSection } from '@spotbench/core';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { r2Of, roundScore, type PublishedScore } from './round-score.ts';

/** Scores of one method under one seed: the test sections of all of its folds. */
export interface ScoreColumn {
  /** `<method>--seed<seed>`. */
  readonly name: string;
  readonly sections: readonly ScoredSection[];
}

/** A table each; R2 follows from MSE and the variance of the truth. */
const METRIC_TABLES = ['pcc', 'spearman', 'mse', 'mae'] as const;
type MetricTable = (typeof METRIC_TABLES)[number];

/** Files of a ranking's scores, by name. */
export type ScoreTableFiles = Readonly<Record<string, Buffer>>;

/**
 * The scores of a ranking as gzipped CSV: `truth.csv.gz` with a line for every section and gene, and a table for every metric
 * with the same lines and a column for every method and seed. A field is the score to four digits, the reason why there is
 * none, or empty where the cell has no scores.
 *
 * @throws SpotbenchError `bad-data` when methods were not scored on the same truth.
 */
export function scoreTableFiles(columns: readonly ScoreColumn[]): ScoreTableFiles {
  const truth = truthLines(columns);
  const keys = [...truth.keys()].sort();
  const lines = columns.map(({ sections }) => rowsByKey(sections));
  const table = (metric: MetricTable): Buffer =>
    zip(
      [...KEY_COLUMNS, ...columns.map(({ name }) => name)],
      keys.map((key) => [...key.split('\0'), ...lines.map((rows) => field(rows.get(key), metric))]),
    );
  return {
    'truth.csv.gz': zip(
      TRUTH_COLUMNS,
      keys.map((key) => truth.get(key)!),
    ),
    ...Object.fromEntries(METRIC_TABLES.map((metric) => [tableFile(metric), table(metric)])),
  };
}

const KEY_COLUMNS = ['section', 'gene'];
const TRUTH_COLUMNS = ['section', 'gene', 'patient', 'nSpots', 'truthMean', 'truthVar'];

function tableFile(metric: MetricTable): string {
  return `${metric}.csv.gz`;
}

function keyOf(section: string, gene: string): string {
  return `${section}\0${gene}`;
}

function rowsByKey(sections: readonly ScoredSection[]): Map<string, GeneScore> {
  return new Map(sections.flatMap(({ section, rows }) => rows.map((row) => [keyOf(section, row.gene), row] as const)));
}

/** What all methods share: who was measured, on how many spots, and how much it varies. */
function truthLines(columns: readonly ScoreColumn[]): Map<string, string[]> {
  const truth = new Map<string, string[]>();
  for (const { name, sections } of columns) {
    for (const { section, patient, rows } of sections) {
      for (const { gene, nSpots, truthMean, truthVar } of rows) {
        const line = [section, gene, patient, String(nSpots), text(truthMean), text(truthVar)];
        const known = truth.get(keyOf(section, gene));
        if (known !== undefined && known.join() !== line.join())
          throw new SpotbenchError(
            'bad-data',
            `${name}, section ${section}, gene ${gene}: scored against another truth (${line.slice(3).join(', ')}) than other methods (${known.slice(3).join(', ')}); rescore all of them on the same data`,
          );
        truth.set(keyOf(section, gene), line);
      }
    }
  }
  return truth;
}

function field(row: GeneScore | undefined, metric: MetricTable): string {
  if (row === undefined) return '';
  const value = row[metric];
  return value === null ? row.undefined! : text(roundScore(value));
}

/** As many digits as tell the number apart; -0 is 0. */
function text(value: number | null): string {
  return value === null ? '' : String(value === 0 ? 0 : value);
}

/** gzip writes no time unless told one: the same table gives the same bytes. */
function zip(columns: readonly string[], lines: readonly (readonly string[])[]): Buffer {
  return gzipSync(stringify([columns, ...lines] as string[][]), { level: 9 });
}

/** Reads the tables back: the scored sections of every column. @throws SpotbenchError `damaged-artefact`. */
export function readScoreTables(where: string, file: (name: string) => Buffer): ScoreColumn[] {
  const truth = unzip(file('truth.csv.gz'));
  const tables = METRIC_TABLES.map((metric) => [metric, unzip(file(tableFile(metric)))] as const);
  const names = tables[0][1][0].slice(KEY_COLUMNS.length);
  for (const [metric, lines] of tables) {
    if (lines.length !== truth.length || lines.some((line, i) => line[0] !== truth[i][0] || line[1] !== truth[i][1]))
      throw new SpotbenchError(
        'damaged-artefact',
        `${where}/${tableFile(metric)}: its lines are not those of truth.csv.gz; publish the ranking again`,
      );
  }
  return names.map((name, c) => {
    const sections = new Map<string, { patient: string; section: string; rows: GeneScore[] }>();
    for (const [i, line] of truth.entries()) {
      if (i === 0 || tables[0][1][i][KEY_COLUMNS.length + c] === '') continue;
      const [section, , patient] = line;
      const entry = sections.get(section) ?? { patient, section, rows: [] };
      entry.rows.push(rowOf(line, (metric) => tables.find(([m]) => m === metric)![1][i][KEY_COLUMNS.length + c]));
      sections.set(section, entry);
    }
    return { name, sections: [...sections.values()] };
  });
}

function unzip(bytes: Buffer): string[][] {
  return parse(gunzipSync(bytes));
}

/** `predVar` is not published: no table needs it. */
function rowOf(truth: readonly string[], fieldOf: (metric: MetricTable) => string): GeneScore {
  const number = (value: string): number | null => (/^-?[\d.]/.test(value) ? Number(value) : null);
  const pcc = fieldOf('pcc');
  const published: PublishedScore = {
    gene: truth[1],
    nSpots: Number(truth[3]),
    truthMean: number(truth[4]),
    truthVar: number(truth[5]),
    pcc: number(pcc),
    spearman: number(fieldOf('spearman')),
    mse: number(fieldOf('mse')),
    mae: number(fieldOf('mae')),
    undefined: number(pcc) === null ? (pcc as NonNullable<GeneScore['undefined']>) : null,
  };
  return { ...published, r2: r2Of(published), predVar: null };
}
