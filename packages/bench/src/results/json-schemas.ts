import { genePanelSchema } from '@spotbench/core';
import { z } from 'zod';
import { scoreRowSchema } from '../cell/scores.ts';
import { datasetsSchema } from '../datasets/schema.ts';
import { rankingInfoSchema } from '../publish/published-ranking.ts';
import { reportedSchema } from '../publish/reported.ts';
import { boardSchema } from '../report/board-schema.ts';
import { runRecordSchema } from './run-record.ts';
import { summarySchema } from './summary.ts';

const schemas = {
  'datasets.schema.json': ['datasets.json: every protocol and every data set', datasetsSchema],
  'run.schema.json': ['run.json: what a cell was, and how it went', runRecordSchema],
  'scores.schema.json': ['One line of scores.csv: a gene of a test section of a run', scoreRowSchema],
  'summary.schema.json': ['summary.json: every metric on every gene set of one cell', summarySchema],
  'panel.schema.json': ['A gene panel: a named list of genes with how it came about', genePanelSchema],
  'leaderboard.schema.json': ['leaderboard.json: one ranking per data set, protocol and regime', boardSchema],
  'ranking.schema.json': ['ranking.json: what a published ranking needs beside records and scores', rankingInfoSchema],
  'reported.schema.json': ['reported.json: what publications say, never ranked', reportedSchema],
} as const;

/** The JSON Schemas (draft 2020-12) of everything that is written for others, by file name; made from what checks it. */
export function schemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, [title, schema]]) => [
      name,
      `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`,
    ]),
  );
}
