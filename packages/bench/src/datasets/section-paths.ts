import { SpotbenchError } from '@spotbench/core';
import type { DatasetEntry, FileRole, SectionEntry } from './schema.ts';

/** What a missing file is called in messages. */
const NOUNS: Readonly<Record<FileRole, string>> = {
  counts: 'count file',
  spots: 'spot file',
  positions: 'positions file',
  scaleFactors: 'scale factors',
  table: 'table',
  shapes: 'shapes',
  patches: 'patch file',
  image: 'image',
  imageFolder: 'image',
};

/** What a file is called in messages. */
export const nounOf = (role: FileRole): string => NOUNS[role];

/**
 * Paths of a section's files below the data root, by role, each with its alternatives in order of preference; placeholders
 * filled in. @throws SpotbenchError `bad-config` for a placeholder that has no value, or a role that the format does not have.
 */
export function sectionPaths(entry: DatasetEntry, section: SectionEntry): Partial<Record<FileRole, readonly string[]>> {
  const templates = entry.files as Partial<Record<FileRole, string | readonly string[]>>;
  const stranger = Object.keys(section.files ?? {}).find((role) => !(role in templates));
  if (stranger !== undefined)
    throw new SpotbenchError(
      'bad-config',
      `datasets.json: section ${section.id} names a file "${stranger}"; format ${entry.format} of this data set has ${Object.keys(templates).join(', ')}`,
    );
  return Object.fromEntries(
    Object.entries(templates).map(([role, template]) => {
      const own = section.files?.[role] ?? template;
      return [role, (typeof own === 'string' ? [own] : own).map((text) => fillIn(text, section))];
    }),
  );
}

/** Fills `{section}`, `{patient}` and the section's own names in. @throws SpotbenchError `bad-config` where one is not known. */
export function fillIn(template: string, { id, patient, fill = {} }: SectionEntry): string {
  const values: Readonly<Record<string, string>> = { ...fill, section: id, patient };
  return template.replaceAll(/\{([^{}]*)\}/g, (placeholder, key: string) => {
    if (Object.hasOwn(values, key)) return values[key];
    throw new SpotbenchError(
      'bad-config',
      `datasets.json: ${placeholder} in "${template}" has no value for section ${id}; it has ${Object.keys(values).join(', ')}`,
    );
  });
}
