import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../cell/run-cell.ts';
import { findCell } from '../plan/find-cell.ts';
import { makePlan } from '../plan/plan.ts';
import { report } from '../report/report.ts';
import type { Board } from '../report/board-schema.ts';
import { loadDatasets } from '../datasets/load.ts';
import { runFolder } from '../results/run-folder.ts';
import { addMethod, removeWorkspace, tinyWorkspace } from '../testing/tiny-workspace.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { describeExplanation } from './describe.ts';
import { addressText, parseAddress } from './address.ts';
import { explain, type CellExplanation, type ExplainOptions, type Explanation } from './explain.ts';
import { checkAgainstTables } from './table-value.ts';

/** Constant on every third gene, so that some correlations are undefined; differs by seed. */
const BODY = `
  const G = data.genes.length;
  return { selectedBy: 'test', parameterCount: 1, async predict(slide) {
    return Float32Array.from({ length: slide.spots.ids.length * G }, (_, k) =>
      k % G % 3 === 0 ? 1 : slide.features.values[2 * Math.floor(k / G)] + Math.sin(k + 100 * context.seed));
  } };`;

let workspace: Workspace;
let board: Board;
beforeAll(async () => {
  workspace = await tinyWorkspace();
  addMethod(workspace, 'wave', BODY, 'method');
  const selection = { datasets: ['tiny'], methods: ['wave'], seeds: SEEDS };
  for (const cell of makePlan(workspace, selection).cells) await runCell(workspace, findCell(workspace, cell.id));
  ({ board } = await report(workspace, selection));
});
afterAll(() => removeWorkspace(workspace));

const HEADLINE = 'tiny/patient-out/frozen/wave/HVG-50/pcc';
const SEEDS = [0, 1];
const number = async (address: string): Promise<Explanation> =>
  (await explain(workspace, address, { seeds: SEEDS })) as Explanation;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const rowOf = (method: string) => board.rankings[0].rows.find((row) => row.method === method)!;

/** Textbook Pearson correlation. */
function pearson(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const sum = (of: (i: number) => number): number => x.reduce((total, _, i) => total + of(i), 0);
  const cov = sum((i) => (x[i] - mx) * (y[i] - my));
  return cov / Math.sqrt(sum((i) => (x[i] - mx) ** 2) * sum((i) => (y[i] - my) ** 2));
}

describe('explain', () => {
  it('prints enough to get a number of the table again by hand, from spots up', async () => {
    const { chain } = await number(HEADLINE);
    const bySection = new Map<string, number>();
    for (const { sections } of chain.patients)
      for (const section of sections) {
        const genes: number[] = [];
        for (const { seeds } of section.genes)
          genes.push(mean(seeds.map(({ row }) => row!.pcc ?? (row!.undefined === 'constant_pred' ? 0 : NaN))));
        bySection.set(section.section, mean(genes));
        expect(section.value).toBeCloseTo(mean(genes), 12);
      }
    const patients = [mean([bySection.get('A1')!, bySection.get('A2')!]), bySection.get('B1')!, bySection.get('C1')!];
    expect(mean(patients)).toBeCloseTo(rowOf('wave').scores['HVG-50'].pcc.value!, 12);
    expect(chain.value).toBeCloseTo(mean(patients), 12);
    expect(chain.patients.map(({ patient }) => patient)).toEqual(['A', 'B', 'C']);
  });

  it('goes down to the spots of a gene, whose correlation is that of its row', async () => {
    const { section } = await number(`${HEADLINE}/A2`);
    const defined = section!.genes.find(({ seeds }) => seeds[0].row!.pcc !== null)!;
    const { gene, spots } = await number(defined.address);
    expect(gene!.seeds.map(({ seed }) => seed)).toEqual([0, 1]);
    for (const [i, { row, cell }] of gene!.seeds.entries()) {
      expect(spots![i].cell).toBe(cell);
      expect(spots![i].spots).toHaveLength(30);
      const found = spots![i].spots;
      expect(
        pearson(
          found.map((s) => s.measured),
          found.map((s) => s.predicted),
        ),
      ).toBeCloseTo(row!.pcc!, 10);
    }
    expect(gene!.value).toBeCloseTo(mean(gene!.seeds.map(({ row }) => row!.pcc!)), 12);
  });

  it('explains every number that the table has', async () => {
    for (const [set, byMetric] of Object.entries(rowOf('wave').scores))
      for (const [metric, { value }] of Object.entries(byMetric)) {
        const { chain } = await number(`tiny/patient-out/frozen/wave/${set}/${metric}`);
        expect(chain.value).toBeCloseTo(value!, 9);
      }
  });

  it('names hashes, panels, predictions and the command of every cell behind a number', async () => {
    const { cells } = await number(HEADLINE);
    expect(cells).toHaveLength(6);
    const { hashes, panels, predictions, command } = cells[0];
    for (const what of ['data', 'protocol', 'gene panels', 'features', 'code', 'configuration'])
      expect(hashes[what]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes['split leave-patient-out']).toBe(board.rankings[0].hashes.split);
    expect(panels['HVG-50']).toMatchObject({ size: 50 });
    expect(Object.keys(predictions)).toEqual(['A1', 'A2']);
    expect(command).toBe('npx spotbench cell tiny--patient-out--frozen--wave--fold0--seed0');
  });

  it('shows undefined values with their reason, and the address of every step', async () => {
    const text = describeExplanation(await number(`${HEADLINE}/B1`));
    expect(text).toMatch(/HVG-50\/pcc\/B1\/GENE\d\d = 0 = mean over seed 0: 0 \(constant_pred\), seed 1: 0/);
    expect(describeExplanation(await number(HEADLINE))).toMatch(
      /patient A = .* = mean over 2 sections of\n.*pcc\/A1 = /,
    );
  });

  it('says of a number and of a cell what its protocol is, as the tables do', async () => {
    const { protocols } = loadDatasets(workspace);
    const { tier, note } = protocols['patient-out'];
    const text = describeExplanation(await number(HEADLINE));
    expect(text).toContain(`\nProtocol patient-out (${tier}): ${note}\n`);
    const cell = await explain(workspace, 'tiny--patient-out--frozen--wave--fold1--seed1');
    expect(cell.protocol).toEqual({ id: 'patient-out', tier, note });
  });

  it('explains a cell, each of its numbers by the address it belongs to', async () => {
    const { numbers, cell } = (await explain(
      workspace,
      'tiny--patient-out--frozen--wave--fold1--seed1',
    )) as CellExplanation;
    expect(cell.seed).toBe(1);
    const { chain } = await number(HEADLINE);
    const ofSeed = chain.patients[1].sections[0].genes.map(({ seeds }) => seeds[1].counts!);
    expect(numbers.find(({ address }) => address === HEADLINE)!.value).toBeCloseTo(mean(ofSeed), 12);
  });

  it('explains the number of the folds and seeds that were asked for', async () => {
    const of = async (part: ExplainOptions) => ((await explain(workspace, HEADLINE, part)) as Explanation).chain;
    const { value, patients } = await of({ folds: [1], seeds: [1] });
    expect(patients.map(({ patient }) => patient)).toEqual(['B']);
    expect(value).toBe(patients[0].value);
    // The data set has one seed: a second in the store is no part of the number.
    expect((await of({})).value).toBe((await of({ seeds: [0] })).value);
  });

  it('refuses a number of which a cell is missing, or whose data is another now', async () => {
    const fold = runFolder(workspace, 'tiny--patient-out--frozen--wave--fold1--seed1');
    renameSync(fold, `${fold}.aside`);
    await expect(number(HEADLINE)).rejects.toThrow(
      /pcc: tables show no such number: 1 of the 6 cells behind it were not run: .*wave--fold1--seed1; npx spotbench run/,
    );
    renameSync(`${fold}.aside`, fold);
    await expect(explain(workspace, HEADLINE, { seeds: [7] })).rejects.toThrow(/3 of the 3 cells/);
    await expect(explain(workspace, HEADLINE, { folds: [9] })).rejects.toThrow(/the plan has no cell of it/);

    const path = join(workspace.root, 'datasets.json');
    const text = readFileSync(path, 'utf8');
    const { gene, ...address } = parseAddress(`${HEADLINE}/B1/GENE02`);
    writeFileSync(path, text.replace('"size":55', '"size":54'));
    const { spots, withoutSpots } = await number(addressText({ ...address, gene }));
    writeFileSync(path, text);
    expect({ spots, withoutSpots }).toEqual({
      spots: [],
      withoutSpots: SEEDS.map(() => expect.stringMatching(/its gene panels had hash .* run the cell again/) as string),
    });
  });

  it('holds the chain against the table', () => {
    const chain = { address: 'a/number', value: 0.5, metric: 'pcc', formula: '', patients: [] };
    expect(() => checkAgainstTables(chain, 0.5 + 1e-12)).not.toThrow();
    expect(() => checkAgainstTables(chain, 0.5001)).toThrow(/a\/number: the chain ends at 0\.5, tables show 0\.5001/);
    expect(() => checkAgainstTables(chain, null)).toThrow(/tables show null/);
  });

  it.each([
    ['tiny/patient-ot/frozen/wave/HVG-50/pcc', /unknown protocol in .*"patient-ot"; did you mean "patient-out"/],
    ['tiny/patient-out/frozen/wvae/HVG-50/pcc', /unknown method in .*did you mean "wave"/],
    ['tiny/patient-out/frozen/wave/HVG-5/pcc', /unknown gene set "HVG-5"; did you mean "HVG-50"/],
    ['tiny/patient-out/frozen/wave/HVG-50/pc', /unknown metric "pc"; did you mean "pcc"/],
    ['tiny/patient-out/frozen/wave/HVG-50/pcc/A3', /unknown section "A3"; did you mean "A1"/],
    ['tiny/patient-out/frozen/wave/marker/pcc/A1/GENE0', /unknown gene of the set in this section "GENE0"/],
    ['tiny/patient-out', /needed a cell, .* or a number/],
    [
      'tiny--patient-out--frozen--wave--fold9--seed0',
      /unknown cell in .*did you mean "tiny--patient-out--frozen--wave--fold/,
    ],
  ])('says what is wrong with %s', async (what, message) => {
    await expect(explain(workspace, what, { seeds: SEEDS })).rejects.toThrow(message);
  });
});
