import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../random/random.ts';
import { isSpotbenchError } from '../errors/spotbench-error.ts';
import type { NamedExpression } from './align.ts';
import { mae } from './mae.ts';
import { mse } from './mse.ts';
import { pearson } from './pearson.ts';
import { r2 } from './r2.ts';
import { scorePooled, scoreSection } from './score-section.ts';
import { meanSpotPcc, scoreSpots } from './score-spots.ts';
import { spearman } from './spearman.ts';

/** Poisson-like truth, [N, G], in which gene 3 is all zero. */
function cohort(seed: number, nSpots = 23, nGenes = 150): { truth: NamedExpression; prediction: NamedExpression } {
  const random = createRandom(seed, 'cohort');
  const spotIds = Array.from({ length: nSpots }, (_, i) => `${i}x${(i * 7) % nSpots}`);
  const genes = Array.from({ length: nGenes }, (_, g) => `GENE${g}`);
  const truth = new Float32Array(nSpots * nGenes).map((_, i) =>
    i % nGenes === 3 ? 0 : Math.log1p(random.poisson(1 + ((i % nGenes) % 5))),
  );
  const values = truth.map((value, i) => (i % nGenes === 7 ? 0.25 : value + random.normal()));
  return { truth: { spotIds, genes, values: truth }, prediction: { spotIds, genes, values } };
}

function permuted({ spotIds, genes, values }: NamedExpression, random: Random): NamedExpression {
  const rows = random.permutation(spotIds.length);
  const columns = random.permutation(genes.length);
  return {
    spotIds: Array.from(rows, (i) => spotIds[i]),
    genes: Array.from(columns, (j) => genes[j]),
    values: Float32Array.from(
      Array.from(rows).flatMap((i) => Array.from(columns, (j) => values[i * genes.length + j])),
    ),
  };
}

const column = ({ genes, values }: NamedExpression, gene: string): Float32Array =>
  values.filter((_, i) => genes[i % genes.length] === gene);

describe('scoreSection', () => {
  it('gives every gene the value of the metric records', () => {
    const { truth, prediction } = cohort(1);
    const rows = scoreSection({ truth, prediction });
    expect(rows.map((row) => row.gene)).toEqual(truth.genes);
    for (const row of rows) {
      const [t, p] = [column(truth, row.gene), column(prediction, row.gene)];
      for (const metric of [pearson, spearman, r2, mse, mae]) {
        const expected = metric.compute(t, p);
        if (expected === null) expect(row[metric.name]).toBeNull();
        else expect(row[metric.name]).toBeCloseTo(expected, 12);
      }
      expect(row.nSpots).toBe(23);
    }
    expect(rows[3]).toMatchObject({ pcc: null, spearman: null, r2: null, undefined: 'constant_truth', truthVar: 0 });
    expect(rows[7]).toMatchObject({ pcc: null, spearman: null, undefined: 'constant_pred', predVar: 0 });
    expect(rows[7].r2).not.toBeNull();
    expect(rows.filter((row) => row.undefined !== null)).toHaveLength(2);
  });

  it('relates its columns: r2 = 1 - mse / truthVar', () => {
    for (const row of scoreSection(cohort(2)).filter((r) => r.r2 !== null))
      expect(row.r2).toBeCloseTo(1 - row.mse! / row.truthVar!, 12);
  });

  it('is unchanged in every bit when spots and genes are permuted on either side', () => {
    const { truth, prediction } = cohort(3);
    const random = createRandom(4, 'order');
    const sorted = (rows: ReturnType<typeof scoreSection>): typeof rows =>
      [...rows].sort((a, b) => (a.gene < b.gene ? -1 : 1));
    const expected = sorted(scoreSection({ truth, prediction }));
    for (let k = 0; k < 5; k++) {
      const shuffled = { truth: permuted(truth, random), prediction: permuted(prediction, random) };
      expect(sorted(scoreSection(shuffled))).toEqual(expected);
    }
  });

  it('keeps Pearson and Spearman under positive scaling and shift of the prediction', () => {
    const { truth, prediction } = cohort(5);
    const moved = { ...prediction, values: prediction.values.map((v) => 4 * v) };
    const before = scoreSection({ truth, prediction });
    for (const [i, row] of scoreSection({ truth, prediction: moved }).entries()) {
      expect(row.spearman).toBe(before[i].spearman);
      if (row.pcc === null) expect(before[i].pcc).toBeNull();
      else expect(row.pcc).toBeCloseTo(before[i].pcc!, 12);
    }
  });

  it('scores a gene the method left out as missing, with the errors of zeros', () => {
    const { truth, prediction } = cohort(6);
    const genes = prediction.genes.slice(0, 40);
    const values = prediction.values.filter((_, i) => i % prediction.genes.length < 40);
    const rows = scoreSection({ truth, prediction: { ...prediction, genes, values } });
    expect(rows).toHaveLength(150);
    expect(rows[39].undefined).toBeNull();
    const zeros = new Float32Array(23);
    for (const row of rows.slice(40)) {
      const measured = column(truth, row.gene);
      expect(row).toMatchObject({ pcc: null, spearman: null, predVar: null, undefined: 'missing_by_method' });
      expect(row.mse).toBeCloseTo(mse.compute(measured, zeros)!, 12);
      expect(row.r2).toBeCloseTo(r2.compute(measured, zeros)!, 12);
    }
  });

  it('ignores genes the truth does not have and says too_few for two spots', () => {
    const { truth, prediction } = cohort(7, 2, 3);
    const genes = [...prediction.genes, 'EXTRA'];
    const values = Float32Array.from([...prediction.values.slice(0, 3), 5, ...prediction.values.slice(3), 6]);
    const rows = scoreSection({ truth, prediction: { ...prediction, genes, values } });
    expect(rows.map((row) => row.undefined)).toEqual(['too_few', 'too_few', 'too_few']);
    expect(rows[0].mse).not.toBeNull();
  });

  it('leaves no NaN in JSON', () => {
    expect(JSON.stringify(scoreSection(cohort(8)))).not.toMatch(/NaN|Infinity/);
  });
});

describe('a prediction that is not of these spots is rejected, never trimmed', () => {
  const { truth, prediction } = cohort(9, 5, 4);
  const reject = (changed: Partial<NamedExpression>, message: RegExp): void => {
    let error: unknown;
    try {
      scoreSection({ truth, prediction: { ...prediction, ...changed } });
    } catch (caught) {
      error = caught;
    }
    expect(isSpotbenchError(error, 'bad-prediction')).toBe(true);
    expect((error as Error).message).toMatch(message);
  };
  const ids = prediction.spotIds;

  it('missing spot', () => {
    reject({ spotIds: ids.slice(1), values: prediction.values.slice(4) }, /1 spot \("0x0"\) missing/);
  });
  it('extra spot', () => {
    reject({ spotIds: [...ids, '9x9'], values: new Float32Array(24) }, /1 spot \("9x9"\) not in the section/);
  });
  it('repeated spot', () => {
    reject({ spotIds: [...ids.slice(1), ids[1]] }, /1 spot \("1x2"\) repeated/);
  });
  it('non-finite value, with its place', () => {
    for (const bad of [NaN, Infinity, -Infinity])
      reject({ values: prediction.values.with(6, bad) }, /spot "1x2", gene "GENE2" is -?(NaN|Infinity)/);
  });
  it('repeated gene', () => {
    reject({ genes: ['GENE0', 'GENE1', 'GENE1', 'GENE3'] }, /1 gene \("GENE1"\) repeated/);
  });
  it('wrong size', () => {
    reject({ values: prediction.values.slice(1) }, /5 spots x 4 genes = 20 values, got 19/);
  });
  it('and a damaged truth is bad data, not a bad prediction', () => {
    expect(() => scoreSection({ truth: { ...truth, values: truth.values.with(0, NaN) }, prediction })).toThrow(
      /truth: spot "0x0", gene "GENE0" is NaN/,
    );
  });
});

describe('scorePooled', () => {
  it('of one section equals scoreSection; of two, the metric of the stacked columns', () => {
    const [a, b] = [cohort(10), cohort(11)];
    expect(scorePooled([a])).toEqual(scoreSection(a));
    const stacked = (gene: string, side: 'truth' | 'prediction'): Float32Array =>
      Float32Array.from([...column(a[side], gene), ...column(b[side], gene)]);
    const shuffled = { truth: permuted(b.truth, createRandom(1)), prediction: permuted(b.prediction, createRandom(2)) };
    for (const row of scorePooled([a, shuffled]).filter((r) => r.pcc !== null)) {
      expect(row.nSpots).toBe(46);
      const [t, p] = [stacked(row.gene, 'truth'), stacked(row.gene, 'prediction')];
      expect(row.pcc).toBeCloseTo(pearson.compute(t, p)!, 12);
      expect(row.spearman).toBeCloseTo(spearman.compute(t, p)!, 12);
    }
  });

  it('refuses sections with other genes', () => {
    const [a, b] = [cohort(12), cohort(13, 23, 151)];
    expect(() => scorePooled([a, b])).toThrow(/every section needs the same genes/);
  });
});

describe('scoreSpots', () => {
  it('correlates across genes, by name', () => {
    const { truth, prediction } = cohort(14);
    const rows = scoreSpots({ truth, prediction });
    const row = rows[5];
    expect(row.spotPcc).toBeCloseTo(
      pearson.compute(truth.values.slice(5 * 150, 6 * 150), prediction.values.slice(5 * 150, 6 * 150))!,
      12,
    );
    const shuffled = scoreSpots({ truth, prediction: permuted(prediction, createRandom(3)) });
    expect(shuffled).toEqual(rows);
  });

  it('gives no spot a value when a gene is missing', () => {
    const { truth, prediction } = cohort(15, 4, 5);
    const genes = prediction.genes.slice(1);
    const values = prediction.values.filter((_, i) => i % 5 !== 0);
    for (const row of scoreSpots({ truth, prediction: { ...prediction, genes, values } }))
      expect(row).toMatchObject({ spotPcc: null, undefined: 'missing_by_method' });
  });

  it('averages spots as the headline averages genes', () => {
    const spot = (spotPcc: number | null, reason: 'constant_truth' | 'constant_pred' | null) => ({
      spotId: 's',
      nGenes: 9,
      spotPcc,
      undefined: reason,
    });
    const scores = [spot(0.6, null), spot(null, 'constant_pred'), spot(null, 'constant_truth')];
    expect(meanSpotPcc(scores)).toBe(0.3);
    expect(meanSpotPcc(scores.slice(2))).toBeNull();
  });
});
