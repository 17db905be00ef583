import { z } from 'zod';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { hashValue } from '../hash/sha256.ts';

/** What a section is for in a fold. Panels, transforms and methods are fitted on `train` and `validation` sections only. */
export type Role = 'train' | 'validation' | 'test';

const entry = z.strictObject({
  section: z.string().min(1),
  patient: z.string().min(1),
  spotCount: z.int().positive(),
  role: z.enum(['train', 'validation', 'test']),
});
const fold = z.strictObject({ index: z.int().nonnegative(), heldOut: z.string(), sections: z.array(entry).min(2) });

/** Every split of a data set under one rule, as data: section, patient, fold, role, spot count, and the hash of all that. */
export const splitManifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  dataset: z.string(),
  rule: z.enum(['leave-patient-out', 'leave-section-out']),
  folds: z.array(fold).min(1),
  hash: z.string().length(64),
});
export type SplitManifest = z.infer<typeof splitManifestSchema>;
export type Fold = z.infer<typeof fold>;
export type FoldSection = z.infer<typeof entry>;

/** What a split is made from. */
export interface SplitSection {
  readonly section: string;
  readonly patient: string;
  readonly spotCount: number;
}

/**
 * Makes one fold per patient (`leave-patient-out`) or per section (`leave-section-out`). Validation sections come from the
 * training patients and are left out as the test is: all sections of the next patient in order, or the next section. Where
 * one training patient remains, its last section; none where a single training section does.
 */
export function makeSplits(
  dataset: string,
  rule: SplitManifest['rule'],
  sections: readonly SplitSection[],
): SplitManifest {
  const ordered = [...sections].sort((a, b) => (a.section < b.section ? -1 : 1));
  const unit = (s: SplitSection): string => (rule === 'leave-patient-out' ? s.patient : s.section);
  const units = [...new Set(ordered.map(unit))].sort();
  if (units.length < 2) {
    throw new SpotbenchError(
      'bad-split',
      `split ${dataset}/${rule}: needs at least two ${rule === 'leave-patient-out' ? 'patients' : 'sections'}, found ${units.length}; ` +
        `add data or use another protocol`,
    );
  }
  const folds = units.map((heldOut, index): Fold => {
    const rest = ordered.filter((s) => unit(s) !== heldOut);
    const validation = new Set(validationSections(rest, unit, heldOut));
    return {
      index,
      heldOut,
      sections: ordered.map(({ section, patient, spotCount }, i) => {
        const role: Role = unit(ordered[i]) === heldOut ? 'test' : validation.has(section) ? 'validation' : 'train';
        return { section, patient, spotCount, role };
      }),
    };
  });
  const manifest = { schemaVersion: 1 as const, dataset, rule, folds };
  return checkSplits({ ...manifest, hash: hashValue(manifest) });
}

/** What is chosen on validation sections should resemble the test: so they are left out by the same unit. */
function validationSections(
  rest: readonly SplitSection[],
  unit: (section: SplitSection) => string,
  heldOut: string,
): string[] {
  const units = [...new Set(rest.map(unit))].sort();
  if (units.length >= 2) {
    const next = units.find((u) => u > heldOut) ?? units[0];
    return rest.filter((s) => unit(s) === next).map((s) => s.section);
  }
  return rest.length >= 2 ? [rest.at(-1)!.section] : [];
}

/**
 * Checks that a manifest keeps its own rule. @throws SpotbenchError `bad-split` when its hash does not hold, a section stands
 * twice in a fold or has two patients, folds differ in sections or spot counts, a fold lacks train or test sections, a
 * section is tested twice or never, or, leaving patients out, a patient stands on both sides.
 */
export function checkSplits(manifest: SplitManifest): SplitManifest {
  const where = `split ${manifest.dataset}/${manifest.rule}`;
  const fail = (what: string): never => {
    throw new SpotbenchError(
      'bad-split',
      `${where}: ${what}; make the manifest again from the data (bench:data--${manifest.dataset})`,
    );
  };
  const { hash, ...rest } = manifest;
  if (hashValue(rest) !== hash) fail('content does not match its hash');
  const known = new Map<string, string>();
  const tested = new Map<string, number>();
  for (const { index, sections } of manifest.folds) {
    const seen = new Set<string>();
    for (const s of sections) {
      if (seen.has(s.section)) fail(`fold ${index} lists section ${s.section} twice`);
      seen.add(s.section);
      const facts = `patient ${s.patient}, ${s.spotCount} spots`;
      if ((known.get(s.section) ?? facts) !== facts)
        fail(`section ${s.section} is "${known.get(s.section)!}" in one fold and "${facts}" in fold ${index}`);
      known.set(s.section, facts);
      if (s.role === 'test') tested.set(s.section, (tested.get(s.section) ?? 0) + 1);
    }
    const side = (test: boolean): FoldSection[] => sections.filter((s) => (s.role === 'test') === test);
    if (side(true).length === 0) fail(`fold ${index} has no test section`);
    if (!sections.some((s) => s.role === 'train')) fail(`fold ${index} has no training section`);
    if (manifest.rule === 'leave-patient-out') {
      const trainPatients = new Set(side(false).map((s) => s.patient));
      const shared = side(true).find((s) => trainPatients.has(s.patient));
      if (shared)
        fail(`fold ${index} has patient ${shared.patient} in test and in training (section ${shared.section})`);
    }
  }
  for (const { index, sections } of manifest.folds) {
    if (sections.length !== known.size) fail(`fold ${index} has ${sections.length} of ${known.size} sections`);
  }
  for (const section of known.keys()) {
    if (tested.get(section) !== 1) fail(`section ${section} is tested ${tested.get(section) ?? 0} times, must be once`);
  }
  return manifest;
}

/** Parses and checks a manifest read from a file. @throws SpotbenchError `bad-split`. */
export function parseSplits(value: unknown, where: string): SplitManifest {
  const result = splitManifestSchema.safeParse(value);
  if (!result.success)
    throw new SpotbenchError('bad-split', `${where}: not a split manifest: ${z.prettifyError(result.error)}`);
  return checkSplits(result.data);
}

/**
 * Checks a manifest against the sections at hand. @throws SpotbenchError `bad-split` on a section that only one of the two
 * has, or another patient or spot count than the manifest was made for.
 */
export function checkSplitsAgainst(manifest: SplitManifest, sections: readonly SplitSection[]): void {
  const here = new Map(sections.map((s) => [s.section, s]));
  const where = `split ${manifest.dataset}/${manifest.rule}`;
  for (const s of manifest.folds[0].sections) {
    const found = here.get(s.section);
    const wrong = !found
      ? 'is not in the data'
      : found.patient !== s.patient
        ? `is of patient ${found.patient}, the split says ${s.patient}`
        : found.spotCount !== s.spotCount
          ? `has ${found.spotCount} spots, the split was made for ${s.spotCount}`
          : undefined;
    if (wrong) throw new SpotbenchError('bad-split', `${where}: section ${s.section} ${wrong}`);
  }
  const listed = new Set(manifest.folds[0].sections.map((s) => s.section));
  const extra = sections.find((s) => !listed.has(s.section));
  if (extra) throw new SpotbenchError('bad-split', `${where}: section ${extra.section} is not in the split`);
}
