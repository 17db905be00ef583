import type { GeneScore } from '@spotbench/core';
import type { ProtocolEntry } from '../datasets/schema.ts';
import type { Cell } from '../plan/cell-id.ts';
import { summariseFold, summaryJson } from '../results/summary.ts';
import { panelsByName, setsBySection } from './gene-sets.ts';
import type { FoldData } from './load-fold.ts';
import { scoresCsv } from './scores.ts';

/** What scoring leaves of a cell; made of predictions and truth alone, so that it can be made again. */
export type ScoreFiles = Readonly<Record<'scores.csv' | 'sets.json' | 'summary.json', string>>;

/** The score files of a cell, from the rows of `scoreFold`. */
export function scoreFiles(
  cell: Cell,
  protocol: ProtocolEntry,
  { panels, test, correction }: Pick<FoldData, 'panels' | 'test' | 'correction'>,
  rows: Readonly<Record<string, readonly GeneScore[]>>,
): ScoreFiles {
  const patientOf = new Map(test.map((slide) => [slide.id, slide.patient]));
  const scored = Object.entries(rows).map(([section, scores]) => ({
    section,
    patient: patientOf.get(section)!,
    rows: scores,
  }));
  const sections = setsBySection(protocol, panels, scored);
  const sets = {
    schemaVersion: 1,
    definedOn: protocol.setsDefinedOn,
    panels: panelsByName(panels),
    correction,
    sections,
  };
  return {
    'scores.csv': scoresCsv(
      scored.flatMap((s) => s.rows.map((row) => ({ runId: cell.id, patient: s.patient, section: s.section, ...row }))),
    ),
    'sets.json': `${JSON.stringify(sets, null, 2)}\n`,
    'summary.json': summaryJson(summariseFold(cell, scored, sections, protocol.averaging)),
  };
}
