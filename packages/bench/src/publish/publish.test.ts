import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { writeArtefact, type ArtefactManifest } from '@spotbench/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { findCell } from '../plan/find-cell.ts';
import { explain, type Explanation } from '../explain/explain.ts';
import { withLock } from '../locks/store-lock.ts';
import type { Board } from '../report/board-schema.ts';
import { report } from '../report/report.ts';
import { storedRun } from '../rescore/rescore.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import { forgeRun } from '../testing/forge-run.ts';
import { addMethod, fitted, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { checkPublished, publish, rebuildTables } from './publish.ts';
import { commitAll, git, publishableWorkspace, runCells } from './testing/publishable-workspace.ts';

const idOf = (method: string, fold = 0): string => `tiny--patient-out--frozen--${method}--fold${fold}--seed0`;

let original: Workspace;
let workspace: Workspace;
beforeAll(async () => {
  original = await publishableWorkspace();
  await runCells(original);
  await publish(original, {}, { site: false });
}, 120_000);
afterAll(() => {
  removeWorkspace(original);
  removeWorkspace(workspace);
});
beforeEach(() => {
  if (workspace !== undefined) removeWorkspace(workspace);
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-publish-')));
  cpSync(original.root, workspace.root, { recursive: true });
});

const results = (...path: string[]): string => join(workspace.root, 'results', ...path);
const publishTables = (options = {}) => publish(workspace, {}, { site: false, ...options });
/** Enough of it for something to stand in the way. */
const publishFold = () => publish(workspace, { folds: [0] }, { site: false });

/** Every file below a folder with its bytes. */
function bytesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((file) => [
      relative(folder, join(file.parentPath, file.name)),
      readFileSync(join(file.parentPath, file.name), 'latin1'),
    ]),
  );
}

const forgeRecord = (cell: string, change: Partial<RunRecord>): Promise<void> =>
  forgeRun(workspace, cell, (files) => {
    const record = JSON.parse(files['run.json'].toString()) as RunRecord;
    files['run.json'] = Buffer.from(`${JSON.stringify({ ...record, ...change }, null, 2)}\n`);
  });

describe('explain --published', () => {
  const GENE = 'tiny/patient-out/frozen/good/HVG-50/pcc/B1/';
  const committed = async (what: string): Promise<Explanation> =>
    (await explain(workspace, what, { published: true })) as Explanation;

  it("shows this machine's predictions only where they are those of the published run", async () => {
    const { section } = await committed(GENE.slice(0, -1));
    const address = section!.genes[0].address;
    expect((await committed(address)).spots).toHaveLength(1);
    await forgeRun(workspace, idOf('good', 1), (files) => {
      const name = Object.keys(files).find((file) => file.endsWith('.f32'))!;
      files[name].writeFloatLE(files[name].readFloatLE(0) + 1, 0);
    });
    const { spots, withoutSpots } = await committed(address);
    expect(spots).toEqual([]);
    expect(withoutSpots).toEqual([expect.stringMatching(/predictions on this machine are of another run/)]);
  });

  it('refuses a number that is not the one in the committed table', async () => {
    const number = 'tiny/patient-out/frozen/good/HVG-50/pcc';
    const path = results('leaderboard.json');
    const board = JSON.parse(readFileSync(path, 'utf8')) as Board;
    const { scores } = board.rankings[0].rows.find(({ method }) => method === 'good')!;
    expect((await committed(number)).chain.value).toBeCloseTo(scores['HVG-50'].pcc.value!, 12);
    scores['HVG-50'].pcc.value! += 0.001;
    writeFileSync(path, JSON.stringify(board));
    await expect(committed(number)).rejects.toThrow(/the chain ends at .*, tables show/);
    Reflect.deleteProperty(scores, 'HVG-50');
    writeFileSync(path, JSON.stringify(board));
    await expect(committed(number)).rejects.toThrow(/leaderboard\.json shows no such number/);
  });
});

describe('publish', () => {
  it('writes tables that agree with the local ones, from four digits, and the same bytes twice', async () => {
    const { board, published } = await publishTables();
    expect(published).toEqual(['tiny--patient-out--frozen']);
    const local = (await report(workspace, {})).board;
    const [ours, theirs] = [board.rankings[0], local.rankings[0]];
    expect(ours.rows.map((r) => [r.method, r.rank])).toEqual(theirs.rows.map((r) => [r.method, r.rank]));
    for (const [i, row] of theirs.rows.entries())
      for (const [set, byMetric] of Object.entries(row.scores))
        for (const [metric, { value }] of Object.entries(byMetric)) {
          const found = ours.rows[i].scores[set][metric].value!;
          // Four digits: half a unit in the fourth is at most 5e-4 of a score.
          expect(Math.abs(found - value!)).toBeLessThan(5e-4 * Math.max(1, Math.abs(value!)));
        }
    expect({ ...ours, rows: [] }).toMatchObject({ sections: theirs.sections, spots: 120, hashes: theirs.hashes });
    rmSync(workspace.localResults, { recursive: true });
    expect(bytesBelow(results())).toEqual(bytesBelow(join(original.root, 'results')));
    expect(existsSync(results('.publishing'))).toBe(false);
  });

  it('rebuilds the tables from the committed runs alone, and finds a changed digit in either', async () => {
    rmSync(workspace.store, { recursive: true });
    rmSync(join(workspace.root, 'datasets.json'));
    expect((await checkPublished(workspace)).differences).toEqual([]);
    const path = results('leaderboard.csv');
    const honest = readFileSync(path, 'utf8');
    writeFileSync(path, honest.replace(/0\.(\d)/, '0.1$1'));
    expect((await checkPublished(workspace)).differences).toMatchObject([{ file: 'leaderboard.csv', line: 2 }]);
    await rebuildTables(workspace);
    expect(readFileSync(path, 'utf8')).toBe(honest);
    const records = results('runs', 'tiny--patient-out--frozen', 'records.ndjson');
    writeFileSync(records, readFileSync(records, 'utf8').replace('"seed":0', '"seed":1'));
    await expect(checkPublished(workspace)).rejects.toThrow(/records\.ndjson.*another checksum/);
  });

  it('names hashes, commits and commands, and what papers report apart from the tables', async () => {
    const text = readFileSync(results('leaderboard.md'), 'utf8');
    const { record } = await storedRun(workspace, idOf('good', 2));
    for (const found of [
      record.commit!,
      record.datasetHash!,
      record.splitHash!,
      record.protocolHash,
      record.panelHash!,
    ])
      expect(text).toContain(found);
    expect(text).toContain(`\`${record.command}\``);
    const [ranked, reported] = text.split('## Reported elsewhere');
    expect(ranked).not.toMatch(/0\.3866/);
    expect(reported).toMatch(/mclstexp \| HER2\+ .*0\.3866/);
    for (const method of ['hiscmcl', 'cmrcnet', 'mvitgene']) expect(reported).toMatch(`| ${method} |`);
    expect(reported.match(/not found/g)!.length).toBeGreaterThan(6);
  });

  it('publishes records of an earlier commit when other code has moved, and shows both commits', async () => {
    const before = git(workspace, 'rev-parse', 'HEAD');
    addMethod(workspace, 'other', fitted('Math.cos(k)'), 'method');
    commitAll(workspace, 'another other');
    await runCells(workspace, { methods: ['other'] });
    await publishTables();
    const after = git(workspace, 'rev-parse', 'HEAD');
    const text = readFileSync(results('leaderboard.md'), 'utf8');
    expect(before).not.toBe(after);
    expect(text).toContain(before);
    expect(text).toContain(after);
  });

  it('refuses records whose code is not that of their commit', async () => {
    addMethod(workspace, 'other', fitted('Math.cos(k)'), 'method');
    commitAll(workspace, 'another other');
    await forgeRecord(idOf('other'), { commit: git(workspace, 'rev-parse', 'HEAD') });
    await expect(publishFold()).rejects.toThrow(/other--fold0.*its code hash is .* the code of commit/);
  });

  it.each<[string, string, Partial<RunRecord>, RegExp]>([
    ['changes', 'good', { dirty: true }, /uncommitted changes/],
    ['no repository', 'good', { commit: null }, /outside a git repository/],
    ['a commit from elsewhere', 'good', { commit: '0'.repeat(40) }, /not in the history of HEAD/],
    ['a second look at the test data', 'good', { testEvaluations: 2 }, /compared with predictions 2 times/],
    ['synthetic data', 'good', { synthetic: true }, /synthetic/],
    ['another protocol', 'good', { protocolHash: '1'.repeat(64) }, /protocol patient-out was 111111111111/],
    ['other data', 'good', { datasetHash: '1'.repeat(64) }, /its data had hash 111111111111/],
    ['another split', 'good', { splitHash: '1'.repeat(64) }, /its split had hash 111111111111/],
    ['other panels', 'good', { panelHash: '1'.repeat(64) }, /its gene panels had hash/],
    ['the record of another method', 'other', { methodId: 'good' }, /its record says method good/],
    ['no schema', 'good', { status: 'fine' as 'ok' }, /not a run record of this version/],
  ])('refuses a run with %s, and leaves results as they were', async (_, method, change, message) => {
    const before = bytesBelow(results());
    await forgeRecord(idOf(method), change);
    await expect(publishFold()).rejects.toThrow(message);
    expect(bytesBelow(results())).toEqual(before);
  });

  it.each<[string, Parameters<typeof forgeRun>[2], RegExp]>([
    [
      'predictions',
      (files) => {
        for (const name of Object.keys(files)) if (name.startsWith('predictions/')) Reflect.deleteProperty(files, name);
      },
      /no file "predictions/,
    ],
    [
      'the scores of its predictions',
      (files) => {
        files['scores.csv'] = Buffer.from(files['scores.csv'].toString().replace(/(,30,)-?0\.\d+/, '$10.99'));
      },
      /scores\.csv line 2 is not what its predictions give/,
    ],
  ])('refuses a run without %s', async (_, change, message) => {
    await forgeRun(workspace, idOf('good'), change);
    await expect(publishFold()).rejects.toThrow(message);
    expect(bytesBelow(results())).toEqual(bytesBelow(join(original.root, 'results')));
  });

  it('refuses a method from an installed package, whose code no commit holds', async () => {
    addMethod(workspace, 'lab', fitted('Math.sin(k)'), 'method');
    mkdirSync(join(workspace.root, 'node_modules'));
    renameSync(join(workspace.root, 'packages', 'lab'), join(workspace.root, 'node_modules', 'lab'));
    const path = join(workspace.root, 'node_modules', 'lab', 'package.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('{', '{"keywords":["spotbench-method"],'));
    writeFileSync(join(workspace.root, 'package.json'), '{"dependencies":{"lab":"1"}}');
    await runCell(workspace, findCell(workspace, idOf('lab')));
    await expect(publishFold()).rejects.toThrow(
      /lab--fold0--seed0: its code is in node_modules\/lab, which no commit .* copy the package to packages\//,
    );
  });

  it('refuses cells of one method with two configurations', async () => {
    await forgeRecord(idOf('good'), { configHash: '1'.repeat(64) });
    await expect(publishTables()).rejects.toThrow(/good: configuration differ: .*fold0.* has 111111111111/);
  });

  it('refuses damaged files, cells not run and controls not run, all named at once', async () => {
    writeFileSync(join(runFolder(workspace, idOf('good')), 'summary.json'), '{}');
    rmSync(runFolder(workspace, idOf('other', 1)), { recursive: true });
    rmSync(runFolder(workspace, idOf('ridge', 2)), { recursive: true });
    const error: unknown = await publish(workspace, { methods: ['good', 'other'] }, { site: false }).catch(
      (e: unknown) => e,
    );
    expect((error as Error).message).toMatch(/3 things stand in the way/);
    expect((error as Error).message).toMatch(/good--fold0--seed0: .*another checksum/);
    expect((error as Error).message).toMatch(/other--fold1--seed0: not run/);
    expect((error as Error).message).toMatch(/ridge--fold2--seed0: not run/);
  });

  it('publishes a failed method only when asked to, without a number and with the reason', async () => {
    addMethod(workspace, 'other', "throw new Error('no luck today');", 'method');
    commitAll(workspace, 'unlucky');
    await runCell(workspace, findCell(workspace, idOf('other')));
    for (const fold of [1, 2]) rmSync(runFolder(workspace, idOf('other', fold)), { recursive: true });
    for (const fold of [1, 2]) await runCell(workspace, findCell(workspace, idOf('other', fold)));
    await expect(publishTables()).rejects.toThrow(/other--fold0--seed0: failed: no luck today.*--with-failures/);
    const { board } = await publishTables({ withFailures: true });
    const row = board.rankings[0].rows.find((r) => r.method === 'other')!;
    expect(row).toMatchObject({ rank: null, scores: {}, cells: { ok: 0, total: 3 } });
    expect(row.failures[0].reason).toBe('no luck today');
    expect((await checkPublished(workspace)).differences).toEqual([]);
  });

  it('checks nothing while somebody publishes, and leaves what a killed publication left', async () => {
    let end = (): void => undefined;
    const publishing = withLock(workspace, 'publish', () => new Promise<void>((resolve) => (end = resolve)));
    await vi.waitFor(() => expect(existsSync(join(workspace.store, 'locks', 'publish.json'))).toBe(true));
    const waited = vi.fn(() => end());
    await checkPublished(workspace, { onWait: waited });
    expect(waited).toHaveBeenCalledOnce();
    await publishing;

    mkdirSync(results('.publishing'));
    writeFileSync(results('.publishing', 'leaderboard.csv'), 'half');
    await expect(checkPublished(workspace)).rejects.toThrow(/was killed, .*results is as it was before.*--rebuild/);
    writeFileSync(results('.publishing', 'ready.json'), '["leaderboard.csv"]');
    const before = bytesBelow(results());
    await expect(checkPublished(workspace)).rejects.toThrow(/results is part old and part new.*--rebuild/);
    expect(bytesBelow(results())).toEqual(before);
    await rebuildTables(workspace);
    expect((await checkPublished(workspace)).differences).toEqual([]);
  });

  it('tells a cell that was not run from data that is not here', async () => {
    rmSync(join(workspace.store, 'data'), { recursive: true });
    rmSync(runFolder(workspace, idOf('other')), { recursive: true });
    const error: unknown = await publishFold().catch((e: unknown) => e);
    expect((error as Error).message).toMatch(/other--fold0--seed0: not run$/m);
    expect((error as Error).message).toMatch(/good--fold0--seed0: .*data.*no spotbench-data artefact here/);
  });

  it('takes a control that failed in another ranking for no excuse', async () => {
    const kept = results('runs', 'tiny--patient-out--frozen');
    const { kind, meta, files } = JSON.parse(readFileSync(join(kept, 'manifest.json'), 'utf8')) as ArtefactManifest;
    const names = Object.keys(files);
    const contents = Object.fromEntries(names.map((name) => [name, readFileSync(join(kept, name))]));
    const info = JSON.parse(contents['ranking.json'].toString()) as { cells: string[] };
    const isOther = (text: string): boolean => !text.includes('--oracle--');
    const records = contents['records.ndjson'].toString().split('\n').filter(isOther).join('\n');
    await writeArtefact(kept, kind, meta, {
      ...contents,
      'ranking.json': JSON.stringify({ ...info, cells: info.cells.filter(isOther) }),
      'records.ndjson': records,
    });
    addMethod(workspace, 'oracle', "throw new Error('blind');");
    commitAll(workspace, 'a blind oracle');
    const selection = { protocols: ['median'], folds: [0] };
    await runCells(workspace, selection);
    await expect(publish(workspace, selection, { site: false, withFailures: true })).rejects.toThrow(
      /1 thing stands in the way:\n {2}tiny, patient-out, frozen: needs control oracle: /,
    );
  });

  it('refuses synthetic data before it looks at a run', async () => {
    const synthetic = await tinyWorkspace();
    try {
      await expect(publish(synthetic, {})).rejects.toThrow(/not published: tiny is synthetic.*SPOTBENCH_DATA/);
    } finally {
      removeWorkspace(synthetic);
    }
  });

  it("writes the web report too, with papers' figures", async () => {
    await publish(workspace, { folds: [0] });
    const index = readFileSync(results('site', 'index.html'), 'utf8');
    expect(index).toMatch(/Reported in papers/);
    expect(index).not.toContain(workspace.root);
    expect(readFileSync(results('site', 'leaderboard.csv'), 'utf8')).toBe(
      readFileSync(results('leaderboard.csv'), 'utf8'),
    );
  }, 120_000);

  it('keeps published rankings that are not selected', async () => {
    const selection = { protocols: ['median'], folds: [0] };
    await runCells(workspace, selection);
    const both = ['tiny--median--frozen', 'tiny--patient-out--frozen'];
    const { kept, board } = await publish(workspace, selection, { site: false });
    expect(kept).toEqual(['tiny--patient-out--frozen']);
    expect(readdirSync(results('runs')).sort()).toEqual(both);
    expect(board.rankings.map((r) => [r.protocol, r.rows.length])).toEqual([
      ['median', 10],
      ['patient-out', 10],
    ]);
    expect((await checkPublished(workspace)).rankings).toEqual(both);
    rmSync(results('runs', both[0]), { recursive: true });
    await rebuildTables(workspace);
    rmSync(results('local'), { recursive: true, force: true });
    expect(bytesBelow(results())).toEqual(bytesBelow(join(original.root, 'results')));
  });
});
