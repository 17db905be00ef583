import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SpotbenchError } from '@spotbench/core';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { FoundSection } from './find-sections.ts';

const rows = z.array(z.looseObject({ section: z.string().min(1), patient: z.string().min(1) }));

/**
 * Who each section is of: as given, else as the layout says.
 *
 * @throws SpotbenchError `bad-config` where a section has nobody, or somebody is named for a section that there is not: a
 * patient must never be guessed, for two who are one would be on both sides of a split.
 */
export function patientsOf(sections: readonly FoundSection[], given: string | undefined): ReadonlyMap<string, string> {
  const named = given === undefined ? [] : read(given);
  const patients = new Map(sections.flatMap(({ id, patient }) => (patient === undefined ? [] : [[id, patient]])));
  for (const [section, patient] of named) patients.set(section, patient);
  const ids = sections.map(({ id }) => id);
  const fail = (what: string, of: readonly string[]): never => {
    throw new SpotbenchError('bad-config', `--patients: ${what}: ${of.join(', ')}; sections are ${ids.join(', ')}`);
  };
  const strangers = [...patients.keys()].filter((id) => !ids.includes(id));
  if (strangers.length > 0) fail('names sections that the folder does not have', strangers);
  const without = ids.filter((id) => !patients.has(id));
  if (without.length > 0) fail('needed the patient of every section (a csv, or A1=anna,A2=anna), none for', without);
  return patients;
}

/** `A1=anna,A2=anna`, or a csv file with the columns section and patient. */
function read(given: string): [string, string][] {
  if (!existsSync(resolve(given)))
    return given.split(',').map((pair) => {
      const [section, patient] = pair.split('=').map((text) => text.trim());
      if (section && patient) return [section, patient];
      throw new SpotbenchError('bad-config', `--patients: needed section=patient or a csv file, got "${pair}"`);
    });
  const found = rows.safeParse(parse(readFileSync(resolve(given), 'utf8'), { columns: true, bom: true, trim: true }));
  if (found.success) return found.data.map(({ section, patient }) => [section, patient]);
  throw new SpotbenchError(
    'bad-config',
    `${given}: needed the columns section and patient: ${z.prettifyError(found.error)}`,
  );
}
