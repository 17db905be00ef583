import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookUp, SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';
import { datasetsSchema, type DatasetEntry, type Datasets } from './schema.ts';
import { fillIn, sectionPaths } from './section-paths.ts';

/**
 * Reads and checks datasets.json. @throws SpotbenchError `bad-config` naming the member that is wrong, also where a data set
 * lists a section twice, has a placeholder without a value, splits sections that it has
 * not, or has one donor and a protocol whose name does not say so; `unknown-name` for a protocol that is not defined.
 */
export function loadDatasets(workspace: Workspace): Datasets {
  const path = join(workspace.root, 'datasets.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SpotbenchError('bad-config', `datasets.json: not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const result = datasetsSchema.safeParse(value);
  if (!result.success) throw new SpotbenchError('bad-config', `datasets.json: ${firstIssues(result.error)}`);
  checkReferences(result.data);
  return result.data;
}

/** A file of another version is wrong in a hundred places: a few of them say as much. */
const ISSUES_SHOWN = 5;

function firstIssues(error: z.ZodError): string {
  const left = error.issues.length - ISSUES_SHOWN;
  const shown = z.prettifyError(new z.ZodError(error.issues.slice(0, ISSUES_SHOWN)));
  return left > 0 ? `${shown}\nand ${left} more` : shown;
}

function checkReferences(definitions: Datasets): void {
  for (const [id, entry] of Object.entries(definitions.datasets)) {
    checkSections(id, entry);
    checkProtocols(id, entry, definitions);
    if (entry.sameSectionsAs)
      lookUp(`data set (datasets.json, ${id}, sameSectionsAs)`, entry.sameSectionsAs.dataset, definitions.datasets);
  }
}

function checkSections(id: string, entry: DatasetEntry): void {
  const seen = new Set<string>();
  for (const section of entry.sections) {
    if (seen.has(section.id)) throw badEntry(id, `lists section ${section.id} twice`);
    seen.add(section.id);
    sectionPaths(entry, section);
    for (const { file, addresses, unpack, sections } of entry.downloads ?? []) {
      if (sections && !sections.includes(section.id)) continue;
      for (const text of [file, ...addresses, ...(unpack?.members ?? []).flatMap(({ from, to }) => [from, to])])
        fillIn(text, section);
    }
  }
}

function checkProtocols(id: string, entry: DatasetEntry, { protocols }: Datasets): void {
  const names = [...entry.protocols, ...entry.optionalProtocols];
  const donors = new Set(entry.sections.map(({ patient }) => patient)).size;
  for (const name of names) {
    const { split, tier } = lookUp(`protocol (datasets.json, ${id})`, name, protocols);
    if (donors === 1 && tier !== 'paper' && !name.includes('within-donor'))
      throw badEntry(id, `has one donor, and protocol ${name} does not say "within-donor" in its name`);
    if (split === 'listed' && !entry.splits?.[name])
      throw badEntry(id, `protocol ${name} needs its folds written out under splits`);
  }
  for (const [name, split] of Object.entries(entry.splits ?? {})) {
    if (!names.includes(name)) throw badEntry(id, `has splits for ${name}, which is none of its protocols`);
    const rule = 'folds' in split ? 'listed' : split.rule;
    if (protocols[name].split !== rule)
      throw badEntry(id, `has splits by ${rule} for ${name}, whose split is ${protocols[name].split}`);
    const known = entry.sections.map((section) => section.id);
    for (const section of 'sections' in split
      ? split.sections
      : split.folds.flatMap(({ train, validation, test }) => [...train, ...validation, ...test]))
      if (!known.includes(section)) throw badEntry(id, `splits of ${name} name section ${section}, which it has not`);
  }
}

function badEntry(id: string, what: string): SpotbenchError {
  return new SpotbenchError('bad-config', `datasets.json: ${id} ${what}`);
}
