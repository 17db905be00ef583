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
  /** `listed`: folds written out by hand; of them some sections may never be tested, or in no fold. */
  rule: z.enum(['leave-patient-out', 'leave-section-out', 'listed']),
  folds: z.array(fold).min(1),
  /** Sections of the data set that the split leaves out of every fold, sorted; absent where it uses all. */
  leftOut: z.array(z.string()).optional(),
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
 * training patients and are left out as the test is: all sections of the patient whose name is next, or the section. Where
 * one training patient remains, its last section; none where a single training section does. Folds and their sections come in
 * the order of names, or of `among`, which limits them to the sections named there; the others are recorded as left out.
 */
export function makeSplits(
  dataset: string,
  rule: Exclude<SplitManifest['rule'], 'listed'>,
  sections: readonly SplitSection[],
  { among }: { readonly among?: readonly string[] } = {},
): SplitManifest {
  const byName = [...sections].sort((a, b) => (a.section < b.section ? -1 : 1));
  const ordered = among ? among.flatMap((name) => byName.filter(({ section }) => section === name)) : byName;
  const unit = (s: SplitSection): string => (rule === 'leave-patient-out' ? s.patient : s.section);
  const units = among ? [...new Set(ordered.map(unit))] : [...new Set(ordered.map(unit))].sort();
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
  return seal({ schemaVersion: 1, dataset, rule, folds }, sections);
}

/** A fold as it is written down: section names by role. */
export interface ListedFold {
  readonly heldOut: string;
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
}

/**
 * A split whose folds are written out, as some papers have one. Sections may share patients across train and test: that is
 * the paper's doing. @throws SpotbenchError `bad-split` naming a section that is not in the data, or as `checkSplits` does.
 */
export function listSplits(
  dataset: string,
  folds: readonly ListedFold[],
  sections: readonly SplitSection[],
): SplitManifest {
  const facts = new Map(sections.map((s) => [s.section, s]));
  const entries = (names: readonly string[], role: Role, heldOut: string): FoldSection[] =>
    names.map((name) => {
      const found = facts.get(name);
      if (!found)
        throw new SpotbenchError(
          'bad-split',
          `split ${dataset}/listed: fold ${heldOut} needs section ${name}, which is not in the data; add it or use another protocol`,
        );
      return { section: name, patient: found.patient, spotCount: found.spotCount, role };
    });
  const made = folds.map(({ heldOut, train, validation, test }, index): Fold => {
    const all = [
      ...entries(train, 'train', heldOut),
      ...entries(validation, 'validation', heldOut),
      ...entries(test, 'test', heldOut),
    ];
    return { index, heldOut, sections: all.sort((a, b) => (a.section < b.section ? -1 : 1)) };
  });
  return seal({ schemaVersion: 1, dataset, rule: 'listed', folds: made }, sections);
}

/** Adds what is left out and the hash, and checks the whole. */
function seal(manifest: Omit<SplitManifest, 'hash' | 'leftOut'>, sections: readonly SplitSection[]): SplitManifest {
  const used = new Set(manifest.folds.flatMap((f) => f.sections.map((s) => s.section)));
  const leftOut = sections.map(({ section }) => section).filter((section) => !used.has(section));
  const whole = leftOut.length > 0 ? { ...manifest, leftOut: leftOut.sort() } : manifest;
  return checkSplits({ ...whole, hash: hashValue(whole) });
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
 * section is tested twice or never (listed folds may), a section is in a fold and left out, or, leaving patients out, a
 * patient stands on both sides.
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
  const again = manifest.leftOut?.find((section) => known.has(section));
  if (again !== undefined) fail(`section ${again} is left out and in a fold`);
  if (manifest.rule !== 'listed') checkEveryTested(manifest, known, tested, fail);
  return manifest;
}

/** Leaving one out after the other: every fold has every section, and every section is tested once. */
function checkEveryTested(
  { folds }: SplitManifest,
  known: ReadonlyMap<string, string>,
  tested: ReadonlyMap<string, number>,
  fail: (what: string) => never,
): void {
  for (const { index, sections } of folds) {
    if (sections.length !== known.size) fail(`fold ${index} has ${sections.length} of ${known.size} sections`);
  }
  for (const section of known.keys()) {
    if (tested.get(section) !== 1) fail(`section ${section} is tested ${tested.get(section) ?? 0} times, must be once`);
  }
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
  const used = new Map(manifest.folds.flatMap(({ sections: inFold }) => inFold.map((s) => [s.section, s] as const)));
  for (const s of used.values()) {
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
  const extra = sections.find((s) => !used.has(s.section) && !manifest.leftOut?.includes(s.section));
  if (extra) throw new SpotbenchError('bad-split', `${where}: section ${extra.section} is not in the split`);
}
