import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaFiles } from '../results/json-schemas.ts';
import { wantedFiles } from '../fetch/wanted-files.ts';
import { findWorkspace, workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { loadDatasets } from './load.ts';
import { fillIn, sectionPaths } from './section-paths.ts';
import { splitNameOf } from './split-name.ts';

const repository = findWorkspace();
const { datasets, protocols } = loadDatasets(repository);

describe('datasets.json of this repository', () => {
  it('has the data sets of the papers, with their sections and patients', () => {
    const real = Object.entries(datasets).filter(([, { synthetic }]) => !synthetic);
    const sizes = real.map(([id, { sections }]) => [
      id,
      sections.length,
      new Set(sections.map(({ patient }) => patient)).size,
    ]);
    expect(sizes).toEqual([
      ['her2st', 36, 8],
      ['cscc', 12, 4],
      ['visium-breast', 9, 8],
      ['liver', 4, 1],
      ['dlpfc', 12, 3],
      ['hest-coad', 4, 2],
      ['hest-idc', 4, 4],
      ['hest-lymph-idc', 4, 4],
      ['hest-read', 4, 2],
      ['hest-skcm', 2, 2],
      ['hest-psc', 4, 1],
    ]);
  });

  it('asserts spot counts where they are known, in sum those that were published', () => {
    const total = (id: string): number => datasets[id].sections.reduce((sum, s) => sum + (s.spotCount ?? NaN), 0);
    expect(total('her2st')).toBe(13_620);
    expect(total('liver')).toBe(2378 + 2349 + 2277 + 2265);
    const ofBlockA = datasets['visium-breast'].sections.filter(({ patient }) => patient.startsWith('10x'));
    expect(ofBlockA.map(({ spotCount }) => spotCount)).toEqual([3798, 3987, 2518]);
  });

  it('names the accessions of GEO in order', () => {
    const paths = datasets.cscc.sections.map((section) => sectionPaths(datasets.cscc, section).image![0]);
    expect(paths[0]).toBe('GSM4284316_P2_ST_rep1.jpg');
    expect(paths[11]).toBe('GSM4284327_P10_ST_rep3.jpg');
  });

  it('has an address for the image of every section of her2st, six of them without a password', () => {
    const images = wantedFiles(datasets.her2st).filter(({ file, unpack }) => file.startsWith('ST-imgs') || unpack);
    const open = images.filter(({ unpack }) => unpack === undefined).map(({ sections }) => sections[0].id);
    expect(open).toEqual(['B4', 'C2', 'C3', 'C4', 'C5', 'C6']);
    for (const { file, sections: [{ id, patient }] } of images.filter(({ unpack }) => !unpack))
      expect(file).toMatch(new RegExp(`^ST-imgs/${patient}/${id}/[^/]+\\.jpg$`)); // prettier-ignore
    expect(images.flatMap(({ sections }) => sections.map(({ id }) => id)).sort()).toEqual(
      datasets.her2st.sections.map(({ id }) => id),
    );
  });

  it('says in the title, which every table and plan has, where sections are those of another data set', () => {
    const twins = Object.values(datasets).filter(({ sameSectionsAs }) => sameSectionsAs !== undefined);
    expect(twins.map(({ title }) => title)).toEqual([expect.stringContaining('the same four sections as the data set liver')]); // prettier-ignore
    for (const { title, sameSectionsAs } of twins) expect(title).toContain(sameSectionsAs!.dataset);
  });

  it('fetches the archives of Wu et al. for their six sections only', () => {
    const wanted = wantedFiles(datasets['visium-breast']);
    const idsOf = (file: string): string[] =>
      wanted
        .find((w) => w.file === file)!
        .sections.map(({ id }) => id)
        .sort();
    const byHand = wanted.filter(({ access }) => access === 'by-hand').flatMap(({ sections }) => sections[0].id);
    expect(idsOf('filtered_count_matrices.tar.gz')).toEqual(byHand.sort());
    expect(idsOf('spatial.tar.gz')).toEqual(byHand.sort());
  });

  it('gives mclSTExp its 32 sections of her2st, under a split of their own', () => {
    const { her2st } = datasets;
    const own = her2st.splits?.['mclstexp-paper'];
    expect(own && 'sections' in own && [own.sections.length, own.sections[0], own.sections[31]]).toEqual([
      32,
      'A2',
      'G3',
    ]);
    expect(splitNameOf(her2st, 'mclstexp-paper', protocols['mclstexp-paper'])).toBe('mclstexp-paper');
    expect(splitNameOf(her2st, 'slide-out', protocols['slide-out'])).toBe('leave-section-out');
  });

  it('retrieves under each paper’s protocol what its code does', () => {
    const of = (protocol: string, method: string): unknown => {
      const { topK, topKMaxFraction, neighbourWeights } = protocols[protocol].options![method];
      return [topK, topKMaxFraction, neighbourWeights];
    };
    const table = {
      'mclstexp-paper': [200, null, 'inverse-square-l1'],
      'mclstexp-paper-cscc': [600, null, 'inverse-square-l2'],
      'mclstexp-paper-visium': [200, null, 'inverse-square-l2'],
    };
    for (const [protocol, expected] of Object.entries(table))
      for (const method of ['mclstexp', 'hiscmcl']) expect(of(protocol, method), protocol).toEqual(expected);
    expect(of('hiscmcl-paper-dlpfc', 'hiscmcl')).toEqual([800, null, 'mean']);
    expect(of('mvitgene-paper', 'mvitgene')).toEqual([50, null, undefined]);
    expect(of('cmrcnet-paper', 'cmrcnet')).toEqual([50, null, undefined]);
  });

  it('lets no protocol see test expression but those of papers', () => {
    const seeing = Object.values(protocols).filter(
      ({ setsDefinedOn, predict, transform }) =>
        setsDefinedOn === 'test' || transform !== undefined || ('rule' in predict && predict.rule === 'hvg-union'),
    );
    expect(new Set(seeing.map(({ tier }) => tier))).toEqual(new Set(['paper']));
  });

  it('is what docs/datasets.md says: sections, patients, format and protocols', () => {
    const rows = readFileSync(join(repository.root, 'docs/datasets.md'), 'utf8').split('\n');
    for (const [id, entry] of Object.entries(datasets).filter(([, { synthetic }]) => !synthetic)) {
      const cells =
        rows
          .find((row) => row.startsWith(`| \`${id}\` `))
          ?.split('|')
          .map((cell) => cell.trim()) ?? [];
      const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
      const patients = new Set(entry.sections.map(({ patient }) => patient)).size;
      expect([cells[4], cells[5], cells[6], cells[8], cells[9]], id).toEqual([
        String(entry.sections.length),
        String(patients),
        `\`${entry.format}\``,
        code(entry.protocols),
        code(entry.optionalProtocols),
      ]);
    }
  });

  it('has JSON Schemas in the repository that are those of the program', () => {
    for (const [name, text] of Object.entries(schemaFiles())) {
      const committed = readFileSync(join(repository.root, 'packages/bench/schemas', name), 'utf8');
      expect(JSON.parse(committed), name).toEqual(JSON.parse(text));
    }
  });
});

describe('loadDatasets', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-datasets-')));
    cpSync(join(repository.root, 'datasets.json'), join(workspace.root, 'datasets.json'));
  });
  afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

  /** datasets.json with one member changed, at a path like `datasets.liver.format`. */
  function change(path: string, value: unknown): void {
    const file = join(workspace.root, 'datasets.json');
    const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const keys = path.split('.');
    const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, json);
    parent[keys.at(-1)!] = value;
    writeFileSync(file, JSON.stringify(json));
  }

  it.each<[string, string, unknown, RegExp]>([
    ['another format', 'datasets.liver.format', 'zip', /datasets\.liver\.format/],
    ['files of another format', 'datasets.liver.files', { table: 'x', image: 'y' }, /datasets\.liver\.files/],
    ['a path above the root', 'datasets.liver.files.image', '../x.tif', /below the data root, found \.\./],
    ['an absolute path', 'datasets.liver.files.image', '/x.tif', /relative to the data root/],
    [
      'a placeholder without value',
      'datasets.liver.files.image',
      '{gms}.tif',
      /\{gms\} in "\{gms\}\.tif" has no value for section A1; it has gsm, number, section, patient/,
    ],
    ['a download without value', 'datasets.liver.downloads.0.file', '{x}', /\{x\} in "\{x\}" has no value/],
    [
      'a file that the format does not have',
      'datasets.liver.sections.0.files',
      { table: 'x' },
      /section A1 names a file "table"; format spaceranger/,
    ],
    ['a section twice', 'datasets.cscc.sections.1.id', 'P2_ST_rep1', /lists section P2_ST_rep1 twice/],
    [
      'one donor under a name that does not say so',
      'datasets.liver.protocols',
      ['slide-out'],
      /liver has one donor, and protocol slide-out does not say "within-donor"/,
    ],
    ['an unknown protocol', 'datasets.cscc.protocols.2', 'patient-ou', /did you mean "patient-out"/],
    ['folds that are not written out', 'datasets.liver.splits', {}, /mvitgene-paper needs its folds written out/],
    [
      'splits of another rule',
      'datasets.her2st.splits.mclstexp-paper.rule',
      'leave-patient-out',
      /splits by leave-patient-out for mclstexp-paper, whose split is leave-section-out/,
    ],
    [
      'splits of a section that is not there',
      'datasets.liver.splits.mvitgene-paper.folds.0.train.3',
      'E1',
      /splits of mvitgene-paper name section E1, which it has not/,
    ],
    [
      'splits of a protocol it has not',
      'datasets.liver.splits.cmrcnet-paper',
      { rule: 'leave-section-out', sections: ['A1', 'B1'] },
      /splits for cmrcnet-paper, which is none of its protocols/,
    ],
    ['a twin that is not there', 'datasets.hest-psc.sameSectionsAs.dataset', 'livr', /did you mean "liver"/],
    ['sets of the test in a headline', 'protocols.patient-out.setsDefinedOn', 'test', /tier must be "paper"/],
    [
      'a correction over all sections in a headline',
      'protocols.slide-out.transform',
      { name: 'harmony', over: 'section', fittedOn: 'all' },
      /harmony uses test expression/,
    ],
    ['a checksum that is none', 'datasets.liver.downloads.2.sha256', 'abc', /downloads\[2\]\.sha256/],
  ])('refuses %s', (_, path, value, message) => {
    change(path, value);
    expect(() => loadDatasets(workspace)).toThrow(message);
  });

  it('shows a few of many faults', () => {
    for (const id of Object.keys(datasets)) change(`datasets.${id}.licence`, 1);
    expect(() => loadDatasets(workspace)).toThrow(new RegExp(`and ${Object.keys(datasets).length - 5} more$`));
  });
});

it('fillIn fills a placeholder in wherever it stands, and a section id is not read as a pattern', () => {
  const section = { id: '$&', patient: 'P', spotCount: null, fill: { x: 'y' } };
  expect(fillIn('{section}/{x}{x}_{patient}', section)).toBe('$&/yy_P');
});
