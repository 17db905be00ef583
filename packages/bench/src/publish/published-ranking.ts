import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  readArtefactFile,
  sha256,
  SpotbenchError,
  verifyArtefact,
  writeArtefact,
  type ArtefactManifest,
} from '@spotbench/core';
import { z } from 'zod';
import type { FinishedCell } from '../report/read-runs.ts';
import { runRecordSchema, type RunRecord } from '../results/run-record.ts';
import { readScoreTables, scoreTableFiles, type ScoreColumn } from './score-tables.ts';

/** `kind` of the artefact of one published ranking: results/runs/<data set>--<protocol>--<regime>/. */
const RANKING_KIND = 'spotbench-published-ranking';

/** ranking.json: what a table needs beside records and scores, as it was when the ranking was published. */
export const rankingInfoSchema = z.strictObject({
  schemaVersion: z.literal(1),
  dataset: z.strictObject({
    id: z.string(),
    title: z.string(),
    seeds: z.array(z.int()).min(1),
    sections: z.strictObject({ used: z.int(), defined: z.int() }),
    patients: z.array(z.string()),
    spots: z.int(),
  }),
  protocol: z.strictObject({
    id: z.string(),
    definition: z
      .looseObject({ title: z.string(), tier: z.string(), sets: z.array(z.string()), note: z.string() })
      .describe("The protocol's entry in datasets.json, which its hash is made of."),
  }),
  regime: z.string(),
  methods: z.array(
    z.strictObject({ name: z.string(), kind: z.enum(['method', 'control', 'submitted']), seeded: z.boolean() }),
  ),
  cells: z.array(z.string()).describe('Cells that were selected; records of controls that were not are there too.'),
});
export type RankingInfo = z.infer<typeof rankingInfoSchema>;

const setsSchema = z.looseObject({
  panels: z.record(z.string(), z.unknown()),
  sections: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
});
/** sets.json of one fold: panels with their rules and hashes, and the genes scored in each test section. */
export type FoldSets = z.infer<typeof setsSchema>;

/** A record with the manifest of everything its cell left: checksums of predictions that are not published themselves. */
export interface PublishedRun {
  readonly record: RunRecord;
  readonly manifest: ArtefactManifest;
}

/** A ranking as it is committed. */
export interface PublishedRanking {
  readonly label: string;
  readonly info: RankingInfo;
  readonly runs: readonly PublishedRun[];
  /** By fold. */
  readonly sets: Readonly<Record<string, FoldSets>>;
  readonly columns: readonly ScoreColumn[];
  /** By cell. */
  readonly similarities: Readonly<Record<string, FinishedCell['similarities']>>;
  /** Hash of the artefact: the identity of everything that is published of the ranking. */
  readonly hash: string;
}

/** A verified run as it is written: run.json to the byte, and its scores where it has any. */
export interface RunToPublish extends PublishedRun {
  readonly runJson: string;
  /** sets.json, and the scored sections, of a cell with scores. */
  readonly scored?: { readonly setsJson: string } & Pick<FinishedCell, 'sections' | 'similarities'>;
}

/** Writes a ranking's artefact. @throws SpotbenchError `bad-data` when cells of a fold have other gene sets or another truth. */
export async function writeRanking(folder: string, info: RankingInfo, runs: readonly RunToPublish[]): Promise<void> {
  const ordered = [...runs].sort((a, b) => (a.record.cellId < b.record.cellId ? -1 : 1));
  await writeArtefact(
    folder,
    RANKING_KIND,
    { dataset: info.dataset.id, protocol: info.protocol.id },
    {
      'ranking.json': `${JSON.stringify(rankingInfoSchema.parse(info), null, 2)}\n`,
      'records.ndjson': ordered
        .map(({ runJson, manifest }) => `${JSON.stringify({ run: JSON.parse(runJson) as unknown, manifest })}\n`)
        .join(''),
      'sets.json.gz': zipJson(setsByFold(ordered)),
      'similarities.json.gz': zipJson(
        Object.fromEntries(ordered.map((r) => [r.record.cellId, r.scored?.similarities])),
      ),
      ...scoreTableFiles(columnsOf(ordered)),
    },
  );
}

/** gzip writes no time unless told one: the same value gives the same bytes. */
function zipJson(value: unknown): Buffer {
  return gzipSync(JSON.stringify(value), { level: 9 });
}

function setsByFold(runs: readonly RunToPublish[]): Record<string, unknown> {
  const byFold = new Map<number, { cell: string; setsJson: string }>();
  for (const { record, scored } of runs) {
    if (!scored) continue;
    const known = byFold.get(record.fold);
    if (known !== undefined && known.setsJson !== scored.setsJson)
      throw new SpotbenchError(
        'bad-data',
        `${record.cellId}: scored on other genes than ${known.cell} of the same fold; rescore or run one of them again`,
      );
    byFold.set(record.fold, { cell: record.cellId, setsJson: scored.setsJson });
  }
  const folds = [...byFold].sort(([a], [b]) => a - b);
  return Object.fromEntries(folds.map(([fold, { setsJson }]) => [String(fold), JSON.parse(setsJson) as unknown]));
}

/** One column for every method and seed, over its folds. */
function columnsOf(runs: readonly RunToPublish[]): ScoreColumn[] {
  const columns = new Map<string, ScoreColumn['sections'][number][]>();
  for (const { record, scored } of runs) {
    const name = columnOf(record);
    columns.set(name, [...(columns.get(name) ?? []), ...(scored?.sections ?? [])]);
  }
  return [...columns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sections]) => ({ name, sections }));
}

/** The column of the score tables that a cell's scores stand in. */
export function columnOf({ methodId, seed }: Pick<RunRecord, 'methodId' | 'seed'>): string {
  return `${methodId}--seed${seed}`;
}

/** Labels of the rankings in a folder of published runs; none where there is no folder. */
export function publishedLabels(runsFolder: string): string[] {
  try {
    return readdirSync(runsFolder).sort();
  } catch {
    return [];
  }
}

/**
 * Reads a published ranking. @throws SpotbenchError `damaged-artefact` when a file is not what its checksum says, or a record
 * is not the one that its manifest lists.
 */
export async function readRanking(runsFolder: string, label: string): Promise<PublishedRanking> {
  const folder = join(runsFolder, label);
  const manifest = await verifyArtefact(folder, RANKING_KIND);
  const names = Object.keys(manifest.files);
  const files = new Map(
    await Promise.all(names.map(async (name) => [name, await readArtefactFile(folder, manifest, name)] as const)),
  );
  const file = (name: string): Buffer => {
    const found = files.get(name);
    if (!found) throw damaged(folder, `has no ${name}`);
    return found;
  };
  const unzipped = (name: string): unknown => JSON.parse(gunzipSync(file(name)).toString('utf8'));
  return {
    label,
    info: checked(rankingInfoSchema, JSON.parse(file('ranking.json').toString('utf8')), `${folder}/ranking.json`),
    runs: file('records.ndjson')
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line, i) => readRun(line, `${folder}/records.ndjson line ${i + 1}`)),
    sets: checked(z.record(z.string(), setsSchema), unzipped('sets.json.gz'), `${folder}/sets.json.gz`),
    columns: readScoreTables(folder, file),
    similarities: unzipped('similarities.json.gz') as PublishedRanking['similarities'],
    hash: manifest.hash,
  };
}

function readRun(line: string, where: string): PublishedRun {
  const { run, manifest } = JSON.parse(line) as { run: unknown; manifest: ArtefactManifest };
  const record = checked(runRecordSchema, run, where);
  const text = `${JSON.stringify(run, null, 2)}\n`;
  if (manifest.files['run.json']?.sha256 !== sha256(text))
    throw damaged(where, `the record of ${record.cellId} is not the one that its manifest lists`);
  return { record, manifest };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw damaged(where, z.prettifyError(result.error));
  return result.data;
}

function damaged(where: string, what: string): SpotbenchError {
  return new SpotbenchError(
    'damaged-artefact',
    `${where}: ${what}; take it from git again, or publish the ranking again`,
  );
}

/** Scores and gene sets of one published cell, as tables need them. */
export function publishedCell(ranking: PublishedRanking, record: RunRecord): FinishedCell {
  const sets = ranking.sets[String(record.fold)]?.sections ?? {};
  const column = ranking.columns.find(({ name }) => name === columnOf(record));
  return {
    record,
    sections: (column?.sections ?? []).filter(({ section }) => section in sets),
    sets: sets,
    similarities: ranking.similarities[record.cellId],
  };
}
