import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import { hashValue } from '../hash/sha256.ts';
import {
  checkSplits,
  checkSplitsAgainst,
  type FoldSection,
  listSplits,
  makeSplits,
  parseSplits,
  type SplitManifest,
  type SplitSection,
} from './split-manifest.ts';

/** The sections with images: two patients. */
const her2st: SplitSection[] = [
  { section: 'B4', patient: 'B', spotCount: 283 },
  { section: 'C2', patient: 'C', spotCount: 187 },
  { section: 'C3', patient: 'C', spotCount: 180 },
  { section: 'C4', patient: 'C', spotCount: 184 },
  { section: 'C5', patient: 'C', spotCount: 181 },
];
const roles = (manifest: SplitManifest): Record<string, string[]> =>
  Object.fromEntries(
    manifest.folds.map(({ heldOut, sections }) => [heldOut, sections.map(({ section, role }) => `${section} ${role}`)]),
  );

/** The manifest with a change, and a hash that holds: only the rules can refuse it. */
function changed(manifest: SplitManifest, change: (folds: SplitManifest['folds']) => void): SplitManifest {
  const { schemaVersion, dataset, rule, folds } = structuredClone(manifest);
  change(folds);
  const content = { schemaVersion, dataset, rule, folds };
  return { ...content, hash: hashValue(content) };
}

describe('makeSplits', () => {
  it('leaves each patient out: B4 | C2..C5', () => {
    expect(roles(makeSplits('her2st', 'leave-patient-out', her2st))).toEqual({
      B: ['B4 test', 'C2 train', 'C3 train', 'C4 train', 'C5 validation'],
      C: ['B4 train', 'C2 test', 'C3 test', 'C4 test', 'C5 test'],
    });
  });

  it('leaves each section out, validating on the next section', () => {
    const { folds } = makeSplits('her2st', 'leave-section-out', her2st);
    expect(folds.map(({ heldOut }) => heldOut)).toEqual(['B4', 'C2', 'C3', 'C4', 'C5']);
    const byRole = (fold: number, role: string): string[] =>
      folds[fold].sections.filter((s) => s.role === role).map((s) => s.section);
    expect(byRole(0, 'validation')).toEqual(['C2']);
    expect(byRole(1, 'validation')).toEqual(['C3']);
    expect(byRole(1, 'train')).toEqual(['B4', 'C4', 'C5']);
    expect(byRole(4, 'validation')).toEqual(['B4']);
  });

  it('does not depend on the order of sections', () => {
    const reversed = [...her2st].reverse();
    expect(makeSplits('her2st', 'leave-patient-out', reversed)).toEqual(
      makeSplits('her2st', 'leave-patient-out', her2st),
    );
  });

  it.each([
    ['one patient', 'leave-patient-out', her2st.slice(1), 'needs at least two patients, found 1'],
    ['one section', 'leave-section-out', her2st.slice(0, 1), 'needs at least two sections, found 1'],
    ['a repeated section', 'leave-patient-out', [...her2st, her2st[1]], 'lists section C2 twice'],
  ] as const)('refuses %s', (_, rule, sections, message) => {
    expect(() => makeSplits('her2st', rule, sections)).toThrow(message);
  });
});

describe('checkSplits', () => {
  const manifest = makeSplits('her2st', 'leave-patient-out', her2st);

  it.each<[string, (folds: SplitManifest['folds']) => void, string]>([
    [
      'another patient in one fold',
      (f) => (f[1].sections[1].patient = 'D'),
      'section C2 is "patient C, 187 spots" in one fold',
    ],
    [
      'another spot count in one fold',
      (f) => (f[1].sections[1].spotCount = 188),
      'and "patient C, 188 spots" in fold 1',
    ],
    ['no test section', (f) => (f[0].sections[0].role = 'train'), 'fold 0 has no test section'],
    ['no training section', (f) => (f[1].sections[0].role = 'validation'), 'fold 1 has no training section'],
    ['a section left out of a fold', (f) => f[0].sections.pop(), 'fold 0 has 4 of 5 sections'],
    ['a section twice in a fold', (f) => (f[0].sections[2] = { ...f[0].sections[1] }), 'fold 0 lists section C2 twice'],
    ['a fold left out', (f) => f.pop(), 'section C2 is tested 0 times'],
    ['a fold twice', (f) => f.push(f[0]), 'section B4 is tested 2 times'],
    [
      'a patient on both sides',
      (f) => (f[0].sections[1].role = 'test'),
      'fold 0 has patient C in test and in training',
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => checkSplits(changed(manifest, change))).toThrow(message);
    expect(() => checkSplits(changed(manifest, change))).toThrow(expect.objectContaining({ tag: 'bad-split' }));
  });

  it('refuses a hash that does not hold', () => {
    expect(() => checkSplits({ ...manifest, hash: '0'.repeat(64) })).toThrow('content does not match its hash');
    expect(checkSplits(manifest)).toBe(manifest);
  });
});

/** 2 to 6 patients with 1 to 4 sections each, under names in no order. */
const cohorts = fc
  .uniqueArray(fc.stringMatching(/^[A-Z][a-z]{0,3}$/), { minLength: 2, maxLength: 6 })
  .chain((patients) =>
    fc.tuple(
      ...patients.map((patient) =>
        fc
          .array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 })
          .map((counts) =>
            counts.map((spotCount, i): SplitSection => ({ section: `${patient}${i + 1}`, patient, spotCount })),
          ),
      ),
    ),
  )
  .map((byPatient) => byPatient.flat());

describe('split manifests in general', () => {
  it('keep patients apart and test every section once', () => {
    const property = fc.property(cohorts, (sections) => {
      const { folds } = makeSplits('any', 'leave-patient-out', sections);
      const tested = folds.flatMap((fold) => fold.sections.filter((s) => s.role === 'test').map((s) => s.section));
      expect(tested.sort()).toEqual(sections.map((s) => s.section).sort());
      for (const fold of folds) {
        const patients = (test: boolean): string[] =>
          fold.sections.filter((s) => (s.role === 'test') === test).map((s) => s.patient);
        expect(patients(true).filter((patient) => patients(false).includes(patient))).toEqual([]);
      }
    });
    fc.assert(property, { seed: 1, numRuns: 100 });
  });

  it('are refused when one training section is of a test patient, whatever else holds', () => {
    const property = fc.property(cohorts, fc.nat(), fc.nat(), (sections, pickFold, pickSection) => {
      const manifest = makeSplits('any', 'leave-patient-out', sections);
      const fold = manifest.folds[pickFold % manifest.folds.length];
      const others = fold.sections.filter((s) => s.role !== 'test');
      const moved = others[pickSection % others.length].section;
      const relabel = (s: FoldSection): void => {
        if (s.section === moved) s.patient = fold.heldOut;
      };
      const shared = changed(manifest, (folds) => folds.forEach(({ sections: inFold }) => inFold.forEach(relabel)));
      expect(() => checkSplits(shared)).toThrow(/ in test and in training /);
    });
    fc.assert(property, { seed: 2, numRuns: 300 });
  });

  it('are refused when one character of the file is another', () => {
    const text = JSON.stringify(makeSplits('her2st', 'leave-patient-out', her2st));
    const property = fc.property(
      fc.nat(text.length - 1),
      fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
      (at, character) => {
        fc.pre(text[at] !== character);
        expect(refused(text.slice(0, at) + character + text.slice(at + 1))).toBe(true);
      },
    );
    fc.assert(property, { seed: 3, numRuns: 2000 });
    expect(refused(text)).toBe(false);
  });
});

/** True when the text is no JSON, or parsing it as splits says why not. */
function refused(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return true;
  }
  try {
    parseSplits(value, 'splits.json');
    return false;
  } catch (error) {
    return isSpotbenchError(error, 'bad-split');
  }
}

describe('checkSplitsAgainst', () => {
  const manifest = makeSplits('her2st', 'leave-patient-out', her2st);
  const without = her2st.slice(0, 4);

  it.each<[string, SplitSection[], string]>([
    ['a missing section', without, 'section C5 is not in the data'],
    [
      'another spot count',
      [...without, { ...her2st[4], spotCount: 180 }],
      'section C5 has 180 spots, the split was made for 181',
    ],
    ['another patient', [...without, { ...her2st[4], patient: 'B' }], 'section C5 is of patient B, the split says C'],
    [
      'a section it does not know',
      [...her2st, { section: 'D1', patient: 'D', spotCount: 306 }],
      'section D1 is not in the split',
    ],
  ])('refuses %s', (_, sections, message) => {
    expect(() => checkSplitsAgainst(manifest, sections)).toThrow(message);
  });

  it('accepts the sections it was made for, in any order', () => {
    expect(() => checkSplitsAgainst(manifest, [...her2st].reverse())).not.toThrow();
  });
});

describe('splits of some sections', () => {
  it('leave others out by name, and refuse data with yet others', () => {
    const manifest = makeSplits('her2st', 'leave-section-out', her2st, { among: ['C2', 'C3', 'C4'] });
    expect(manifest.folds.map(({ heldOut }) => heldOut)).toEqual(['C2', 'C3', 'C4']);
    expect(manifest.leftOut).toEqual(['B4', 'C5']);
    expect(() => checkSplitsAgainst(manifest, her2st)).not.toThrow();
    const other = { section: 'D1', patient: 'D', spotCount: 306 };
    expect(() => checkSplitsAgainst(manifest, [...her2st, other])).toThrow('section D1 is not in the split');
    expect(makeSplits('her2st', 'leave-section-out', her2st)).not.toHaveProperty('leftOut');
  });

  it('are refused when a section is both left out and used', () => {
    const { hash, ...rest } = makeSplits('her2st', 'leave-section-out', her2st, { among: ['C2', 'C3'] });
    const both = { ...rest, leftOut: ['B4', 'C2'] };
    expect(hash).toHaveLength(64);
    expect(() => checkSplits({ ...both, hash: hashValue(both) })).toThrow('section C2 is left out and in a fold');
  });
});

describe('listSplits', () => {
  const fold = { heldOut: 'C4', train: ['C5', 'C2'], validation: ['C3'], test: ['C4'] };

  it('has the folds as they are written, with patients and spot counts of the data', () => {
    const manifest = listSplits('her2st', [fold], her2st);
    expect(manifest.rule).toBe('listed');
    expect(manifest.folds[0].sections.map((s) => [s.section, s.patient, s.spotCount, s.role])).toEqual([
      ['C2', 'C', 187, 'train'],
      ['C3', 'C', 180, 'validation'],
      ['C4', 'C', 184, 'test'],
      ['C5', 'C', 181, 'train'],
    ]);
    expect(manifest.leftOut).toEqual(['B4']);
    expect(parseSplits(JSON.parse(JSON.stringify(manifest)), 'here')).toEqual(manifest);
    expect(() => checkSplitsAgainst(manifest, her2st)).not.toThrow();
  });

  it.each([
    ['a section that is not there', { ...fold, test: ['X1'] }, 'fold C4 needs section X1, which is not in the data'],
    ['a section in two roles', { ...fold, train: ['C4'] }, 'fold 0 lists section C4 twice'],
    ['no training section', { ...fold, train: [], validation: ['C2'] }, 'fold 0 has no training section'],
  ])('refuses %s', (_, changedFold, message) => {
    expect(() => listSplits('her2st', [changedFold], her2st)).toThrow(message);
  });
});
