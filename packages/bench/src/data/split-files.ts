import { isSpotbenchError, listSplits, makeSplits, type SplitManifest, type SplitSection } from '@spotbench/core';
import type { DatasetEntry } from '../datasets/schema.ts';
import { splitFile, type DataMeta } from './data-artefact.ts';

/** The rules every data set is split by, those that fit it. */
const RULES = ['leave-patient-out', 'leave-section-out'] as const;

/**
 * Every split manifest of a data set, by path inside its artefact: one a rule, and one for each protocol that uses fewer
 * sections or writes its folds out. A split that the sections at hand do not allow is left out; the plan says why.
 */
export function splitFiles(
  id: string,
  entry: DatasetEntry,
  sections: DataMeta['sections'],
): Readonly<Record<string, string>> {
  const planned = sections.map((s) => ({ section: s.id, patient: s.patient, spotCount: s.spotCount }));
  return Object.fromEntries(
    [...RULES, ...Object.keys(entry.splits ?? {})].flatMap((name) => {
      const manifest = unlessUnfit(() => splitNamed(name, id, entry, planned));
      return manifest ? [[splitFile(name), `${JSON.stringify(manifest, null, 2)}\n`]] : [];
    }),
  );
}

/**
 * The split of a data set under a name of `splitNameOf`. @throws SpotbenchError `bad-split` when the sections do not allow it,
 * such as two sections of one patient where patients are left out, or a written fold whose section is not there.
 */
export function splitNamed(
  name: string,
  id: string,
  entry: DatasetEntry,
  sections: readonly SplitSection[],
): SplitManifest {
  const own = entry.splits?.[name];
  if (own === undefined) return makeSplits(id, name as (typeof RULES)[number], sections);
  return 'folds' in own
    ? listSplits(id, own.folds, sections)
    : makeSplits(id, own.rule, sections, { among: own.sections });
}

function unlessUnfit(make: () => SplitManifest): SplitManifest | undefined {
  try {
    return make();
  } catch (error) {
    if (isSpotbenchError(error, 'bad-split')) return undefined;
    throw error;
  }
}
