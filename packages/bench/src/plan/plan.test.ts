import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatasets } from '../doctor/checks.ts';
import { findWorkspace, workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { describePlan } from './describe-plan.ts';
import { findCell } from './find-cell.ts';
import { makePlan } from './plan.ts';

/** A workspace of its own with this repository's datasets.json and packages, and no data. */
let workspace: Workspace;
const saved = process.env.SPOTBENCH_DATA;

beforeEach(() => {
  const { root } = findWorkspace();
  const folder = mkdtempSync(join(tmpdir(), 'spotbench-plan-'));
  for (const file of ['datasets.json', 'nx.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'packages'), join(folder, 'packages'));
  workspace = workspaceAt(folder);
  delete process.env.SPOTBENCH_DATA;
});

afterEach(() => {
  rmSync(workspace.root, { recursive: true, force: true });
  if (saved === undefined) delete process.env.SPOTBENCH_DATA;
  else process.env.SPOTBENCH_DATA = saved;
});

/** Empty files where her2st sections would be: a plan looks at names only. */
function pretendHer2st(sections: readonly string[]): void {
  const root = join(workspace.root, 'data', 'her2st');
  process.env.SPOTBENCH_DATA = join(workspace.root, 'data');
  for (const folder of ['ST-cnts', 'ST-spotfiles']) mkdirSync(join(root, folder), { recursive: true });
  for (const id of sections) {
    writeFileSync(join(root, 'ST-cnts', `${id}.tsv.gz`), '');
    writeFileSync(join(root, 'ST-spotfiles', `${id}_selection.tsv`), '');
    const images = join(root, 'ST-imgs', id[0], id);
    mkdirSync(images, { recursive: true });
    writeFileSync(join(images, 'a.jpg'), '');
  }
}

describe('makePlan', () => {
  it('runs the three demo cohorts, in three formats, when no real data is there', () => {
    const plan = makePlan(workspace);
    const synthetic = plan.datasets.filter(({ entry }) => entry.synthetic);
    expect(Object.fromEntries(synthetic.map(({ id, entry }) => [id, entry.format]))).toEqual({
      demo: 'her2st',
      'demo-cscc': 'geo-st',
      'demo-visium': 'spaceranger',
    });
    expect(plan.skipped).toEqual([]);
    const foldsOf = (dataset: string): number =>
      new Set(plan.cells.filter((c) => c.dataset === dataset).map((c) => `${c.protocol} ${c.fold}`)).size;
    expect(['demo', 'demo-cscc', 'demo-visium'].map(foldsOf)).toEqual([3 + 4, 3, 3]);
    expect(new Set(plan.cells.map((c) => c.dataset)).size).toBe(3);
    expect(plan.cells.map((c) => c.id)).toContain('demo--patient-out--frozen--ridge--fold0--seed0');
    expect(new Set(plan.cells.map((c) => c.id)).size).toBe(plan.cells.length);
  });

  it('runs real data instead where it is present, on the sections that are complete', () => {
    pretendHer2st(['B4', 'C2', 'C3']);
    const plan = makePlan(workspace);
    expect(new Set(plan.cells.map((c) => c.dataset))).toEqual(new Set(['her2st']));
    const folds = (protocol: string): number =>
      new Set(plan.cells.filter((c) => c.protocol === protocol).map((c) => c.fold)).size;
    expect(folds('patient-out')).toBe(2);
    expect(folds('slide-out')).toBe(3);
    const her2st = plan.datasets.find((d) => d.id === 'her2st')!;
    expect(her2st.located.missing).toHaveLength(33);
    expect(her2st.located.missing[0]).toEqual({ id: 'A1', reason: 'no count file' });
  });

  it('runs seeded methods once per seed, others once', () => {
    pretendHer2st(['B4', 'C2']);
    const seeds = (method: string): number[] => [
      ...new Set(
        makePlan(workspace)
          .cells.filter((c) => c.method === method)
          .map((c) => c.seed),
      ),
    ];
    expect(seeds('mclstexp')).toEqual([0, 1, 2]);
    expect(seeds('noise')).toEqual([0, 1, 2]);
    expect(seeds('ridge')).toEqual([0]);
  });

  it('says which protocol cannot run and why', () => {
    pretendHer2st(['C2', 'C3']);
    const plan = makePlan(workspace);
    expect(plan.skipped).toEqual([
      {
        dataset: 'her2st',
        protocol: 'patient-out',
        reason: expect.stringMatching(/at least two patients, found 1/) as string,
      },
    ]);
    expect(new Set(plan.cells.map((c) => c.protocol))).toEqual(new Set(['slide-out']));
  });

  it('takes the paper protocol only when asked for, and only with its gene list', () => {
    pretendHer2st(['B4', 'C2']);
    expect(makePlan(workspace).cells.some((c) => c.protocol === 'mclstexp-paper')).toBe(false);
    const asked = makePlan(workspace, { protocols: ['mclstexp-paper'] });
    expect(asked.skipped[0].reason).toMatch(
      /no gene list \(panels\/her2st-785.json: .*put it at .*her2st-785.json: .* of SHA-256 b0119ee/,
    );
    mkdirSync(join(workspace.root, 'data', 'panels'));
    writeFileSync(join(workspace.root, 'data', 'panels', 'her2st-785.json'), '[]');
    expect(makePlan(workspace, { protocols: ['mclstexp-paper'] }).cells.length).toBeGreaterThan(0);
  });

  it('does not take the synthetic cohorts where SPOTBENCH_DATA is misspelt', () => {
    process.env.SPOTBENCH_DATA = join(workspace.root, 'dtaa');
    expect(() => makePlan(workspace)).toThrow(/SPOTBENCH_DATA is .*dtaa: no such folder; correct it, or unset it/);
    expect(checkDatasets(workspace)).toEqual([
      { name: 'data', state: 'problem', found: expect.stringContaining('no such folder') as string },
    ]);
    process.env.SPOTBENCH_DATA = 'dtaa';
    expect(() => makePlan(workspace)).toThrow(`SPOTBENCH_DATA is ${resolve('dtaa')}: no such folder`);
  });

  it('says that a protocol lacks its gene list also where the data is not there', () => {
    const { skipped, cells } = makePlan(workspace, { protocols: ['mclstexp-paper-visium', 'mclstexp-paper-cscc'] });
    expect(cells).toEqual([]);
    expect(skipped.map(({ dataset, protocol }) => [dataset, protocol])).toEqual([
      ['cscc', 'mclstexp-paper-cscc'],
      ['visium-breast', 'mclstexp-paper-visium'],
    ]);
    expect(skipped[0].reason).toMatch(/put it at .*cscc-171.json: .* of SHA-256 c170aef/);
    expect(skipped[1].reason).toContain('not public as a list');
    expect(makePlan(workspace).skipped).toEqual([]);
    const byName = { datasets: ['liver'], protocols: ['mvitgene-paper'] };
    expect(() => makePlan(workspace, byName)).toThrow(/data fetch liver, .*\nmvitgene-paper lacks more: no gene list/);
    expect(makePlan(workspace, { datasets: ['demo'], protocols: ['mvitgene-paper'] }).skipped).toEqual([]);
  });

  /** Empty files where the liver's sections, under either name, would be. */
  function pretendLiver(): void {
    const data = join(workspace.root, 'data');
    process.env.SPOTBENCH_DATA = data;
    const write = (...path: string[]): void => {
      mkdirSync(join(data, ...path, '..'), { recursive: true });
      writeFileSync(join(data, ...path), '');
    };
    for (const [i, id] of ['A1', 'B1', 'C1', 'D1'].entries()) {
      const gsm = `GSM${7_697_868 + i}`;
      write('liver', `${gsm}_C73${id}_raw_feature_bc_matrix.h5`);
      write('liver', 'tissue_pos_matrices', `tissue_positions_list_${i + 1}.csv`);
      write('liver', `${gsm}_GEX_C73_${id}_Merged.tiff`);
      write('hest', 'st', `NCBI67${2 + i}.h5ad`);
      write('hest', 'patches', `NCBI67${2 + i}.h5`);
      write('hest', 'wsis', `NCBI67${2 + i}.tif`);
    }
  }

  it('runs the same sections once, and refuses them under two names', () => {
    pretendLiver();
    const plan = makePlan(workspace);
    expect(new Set(plan.cells.map((c) => c.dataset))).toEqual(new Set(['liver']));
    expect(new Set(plan.cells.map((c) => c.protocol))).toEqual(new Set(['section-out-within-donor']));
    expect(describePlan(plan)).toContain('hest-psc: not run (the same sections as liver, which runs');
    expect(new Set(makePlan(workspace, { datasets: ['hest-psc'] }).cells.map((c) => c.fold)).size).toBe(4);
    expect(() => makePlan(workspace, { datasets: ['liver', 'hest-psc'] })).toThrow(
      /liver and hest-psc are the same sections and cannot count as independent/,
    );
  });

  it('says why a protocol cannot run whatever the data', () => {
    pretendLiver();
    const plan = makePlan(workspace, { protocols: ['mvitgene-paper'] });
    expect(plan.cells).toEqual([]);
    expect(plan.skipped[0].reason).toMatch(
      /no gene list \(panels\/liver-3467.json: .*put it at .*data\/panels\/liver-3467.json/,
    );
    mkdirSync(join(workspace.root, 'data', 'panels'));
    writeFileSync(join(workspace.root, 'data', 'panels', 'liver-3467.json'), '[]');
    const { cells } = makePlan(workspace, { protocols: ['mvitgene-paper'], methods: ['mvitgene'] });
    expect(cells.map(({ fold, seed }) => [fold, seed])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
    const psc = { datasets: ['hest-psc'], protocols: ['cmrcnet-paper'] };
    expect(makePlan(workspace, psc).cells.length).toBeGreaterThan(0);
    const trained = makePlan(workspace, { ...psc, regimes: ['finetune'], fromScratch: true });
    expect(trained.cells.length).toBeGreaterThan(0);
  });

  it('says of data sets that are not there what they lack and where they go', () => {
    const text = describePlan(makePlan(workspace));
    expect(text).toContain(
      'cscc: not run (0 of 12 sections: no count file; npx spotbench data fetch cscc, or point SPOTBENCH_DATA at the folder that holds cscc/)',
    );
    expect(text).toContain(
      'hest-read: not run (0 of 4 sections: no table; npx spotbench data fetch hest-read (needs an account), or point SPOTBENCH_DATA at the folder that holds hest/)',
    );
    expect(text).toMatch(/visium-breast: not run .*data fetch visium-breast \(but for files that are got by hand\)/);
  });

  it.each([
    [{ methods: ['mclstex'] }, 'unknown method "mclstex"; did you mean "mclstexp"?'],
    [{ datasets: ['her2'] }, 'unknown data set "her2"; did you mean "her2st"?'],
    [{ protocols: ['patientout'] }, 'unknown protocol "patientout"; did you mean "patient-out"?'],
  ])('refuses unknown names in %j', (selection, message) => {
    expect(() => makePlan(workspace, selection)).toThrow(message);
  });

  it('refuses to run a data set that is not there, saying what to do', () => {
    expect(() => makePlan(workspace, { datasets: ['her2st'] })).toThrow(/found 0 below .*point SPOTBENCH_DATA/);
  });
});

describe('findCell', () => {
  it('reads an id back', () => {
    const { cell, method } = findCell(workspace, 'demo--slide-out--frozen--ridge--fold3--seed2');
    expect(cell).toMatchObject({
      dataset: 'demo',
      protocol: 'slide-out',
      regime: 'frozen',
      encoder: 'handcrafted',
      fold: 3,
      seed: 2,
    });
    expect(method.packageRoot).toBe('packages/controls');
  });

  it.each([
    ['demo--patient-out--frozen--rigde--fold0--seed0', /unknown method "rigde"; did you mean "ridge"/],
    ['demoo--patient-out--frozen--ridge--fold0--seed0', /unknown data set "demoo"; did you mean "demo"/],
    ['demo--mclstexp-paper--frozen--ridge--fold0--seed0', /demo has no protocol mclstexp-paper/],
    ['demo--ridge', /needed <data set>--<protocol>/],
  ])('refuses %s', (id, message) => {
    expect(() => findCell(workspace, id)).toThrow(message);
  });
});
