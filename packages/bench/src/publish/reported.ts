import { z } from 'zod';
import type { ReportedFigure } from '../site/site-input.ts';
import reportedJson from './reported.json' with { type: 'json' };

const figure = z.strictObject({
  dataset: z.string().describe("The paper's own name of it."),
  set: z.string().describe("The paper's own name of the genes that are averaged over."),
  pcc: z.number().nullable().describe('null: not found.'),
  note: z.string().optional(),
});

/** reported.json: what publications say of methods that are here, with where it is written. */
export const reportedSchema = z.strictObject({
  schemaVersion: z.literal(1),
  entries: z.array(
    z.strictObject({
      method: z.string(),
      provenance: z
        .enum(['own', 'transcribed', 're-run', 'none'])
        .describe(
          "own: the paper's text, supplement or repository; transcribed: as another publication repeats it; re-run: by others under another protocol; none: no sourced table was found.",
        ),
      protocol: z.string(),
      source: z.string(),
      table: z.string(),
      figures: z.array(figure).min(1),
    }),
  ),
});
export type Reported = z.infer<typeof reportedSchema>;

/** The figures, checked. */
export function reported(): Reported {
  return reportedSchema.parse(reportedJson);
}

/** One line for each figure. */
export function reportedFigures(): ReportedFigure[] {
  return reported().entries.flatMap(({ method, provenance, protocol, source, table, figures }) =>
    figures.map((f) => ({ method, protocol, from: FROM[provenance], source: `${source}, ${table}`, ...f })),
  );
}

/** The reported tier for people: never ranked, and never in one table with what was run here. */
export function reportedMarkdown(): string {
  return [
    '## Reported elsewhere (not run here, never ranked)',
    '',
    'What publications say, as they say it. Data, splits, gene sets, units and averaging differ from the tables above and among each other, ' +
      'so none of these numbers can be compared with a number above, and few with each other. "Not found": no table with a source.',
    '',
    '| Method | Data set | Genes | PCC | Protocol | From | Source |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...reportedFigures().map(
      ({ method, dataset, set, pcc, note, protocol, from, source }) =>
        `| ${[method, dataset, set, valueText(pcc, note), protocol, from, source].join(' | ')} |`,
    ),
    '',
  ].join('\n');
}

function valueText(pcc: number | null, note: string | undefined): string {
  const value = pcc === null ? 'not found' : String(pcc);
  return note === undefined ? value : `${value} (${note})`;
}

const FROM: Readonly<Record<Reported['entries'][number]['provenance'], string>> = {
  own: 'its authors',
  transcribed: 'another publication, repeating it',
  're-run': 'others, running it again',
  none: 'nobody',
};
