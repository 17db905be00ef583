import { describe, expect, it } from 'vitest';
import golden from '../../fixtures/similarity.json' with { type: 'json' };
import { createRandom } from '../random/random.ts';
import { clusterSpots } from './clusters.ts';
import { moransI } from './morans-i.ts';
import { adjustedRandIndex, normalisedMutualInformation } from './partitions.ts';
import { sectionLayout } from './section-layout.ts';
import { countsZero, similarities, similaritiesOf } from './similarities.ts';

// Both sides work in float64 on the same float32 columns; what differs is the order of sums.
const RTOL = 1e-10;

type GoldenSection = (typeof golden.sections)[number];

const near = (found: number, expected: number): void =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(RTOL * Math.max(1e-3, Math.abs(expected)));

/** A golden section under shuffled names, so that nothing may rest on the order of spots. */
function sectionOf({ arrayX, arrayY, pixelX, pixelY, truth, prediction, labels }: GoldenSection) {
  const N = arrayX.length;
  const G = truth.length / N;
  const spotIds = [...createRandom(1, 'names').permutation(N)].map((k) => `s${String(k).padStart(3, '0')}`);
  const genes = Array.from({ length: G }, (_, g) => `G${g}`);
  const [x, y, px, py] = [arrayX, arrayY, pixelX, pixelY].map((values) => Float32Array.from(values));
  return {
    spots: { ids: spotIds, arrayX: x, arrayY: y, pixelX: px, pixelY: py },
    truth: { spotIds, genes, values: Float32Array.from(truth) },
    prediction: { spotIds, genes, values: Float32Array.from(prediction) },
    genes,
    labels: new Map(spotIds.flatMap((id, i) => (labels[i] < 0 ? [] : [[id, `label ${labels[i]}`]]))),
  };
}

const compared = (golden: GoldenSection) => {
  const { spots, ...section } = sectionOf(golden);
  return { ...section, layout: sectionLayout(spots) };
};

describe.each(golden.sections)('section on a $name array', (expected) => {
  const section = compared(expected);
  const found = similaritiesOf(section);

  it.each(similarities)('$name is that of the Python libraries', ({ name, range: [least, most] }) => {
    expect(found[name].reason).toBeNull();
    near(found[name].value!, expected.similarities[name]);
    expect(found[name].value!).toBeGreaterThanOrEqual(least ?? -Infinity);
    expect(found[name].value!).toBeLessThanOrEqual(most ?? Infinity);
  });

  it("Moran's I of each gene is that of esda, a spot without neighbours among them", () => {
    const order = section.layout.spotIds.map((id) => section.truth.spotIds.indexOf(id));
    for (const [g, [ofTruth, ofPrediction]] of expected.moransI.entries()) {
      const column = ({ values, genes }: typeof section.truth): Float32Array =>
        Float32Array.from(order, (i) => values[i * genes.length + g]);
      near(moransI(column(section.truth), section.layout.neighbours), ofTruth);
      near(moransI(column(section.prediction), section.layout.neighbours), ofPrediction);
    }
  });

  it('gives the truth itself the best of each', () => {
    const itself = similaritiesOf({ ...section, prediction: section.truth });
    for (const name of ['geneGene', 'moransI', 'ssim', 'spotPcc'] as const)
      expect(itself[name].value).toBeCloseTo(1, 12);
  });

  it('clusters spots as scikit-learn does, up to the names of clusters', () => {
    const G = section.genes.length;
    const rows = expected.labels.flatMap((label, i) => (label < 0 ? [] : [i]));
    const columns = section.genes.map((_, g) => Float64Array.from(rows, (i) => expected.prediction[i * G + g]));
    expect(adjustedRandIndex(clusterSpots(columns, 3), expected.clusters)).toBe(1);
  });

  it('counts a constant prediction 0 where it has nothing to compare, and one cluster as no agreement', () => {
    const values = section.prediction.values.map(() => 3);
    const flat = similaritiesOf({ ...section, prediction: { ...section.prediction, values } });
    for (const name of ['geneGene', 'moransI'] as const) {
      expect(flat[name]).toEqual({ value: null, reason: 'constant_pred' });
      expect(countsZero(flat[name])).toBe(true);
    }
    expect(flat.spotPcc.value).toBe(0);
    expect(flat.ari.value).toBe(0);
    expect(flat.nmi.value).toBe(0);
    expect(flat.ssim.value!).toBeLessThan(found.ssim.value!);
  });

  it('says when there are no labels', () => {
    for (const labels of [undefined, new Map<string, string>(), new Map([[section.truth.spotIds[0], 'one']])]) {
      const { ari, nmi } = similaritiesOf({ ...section, labels });
      expect([ari, nmi]).toEqual(Array(2).fill({ value: null, reason: 'no_labels' }));
    }
  });

  it('pays nobody for leaving out genes', () => {
    const { spotIds, genes, values } = section.prediction;
    const kept = genes.slice(0, -1);
    const easy = Float32Array.from({ length: spotIds.length * kept.length }, (_, k) => {
      return values[Math.floor(k / kept.length) * genes.length + (k % kept.length)];
    });
    const fewer = similaritiesOf({ ...section, prediction: { spotIds, genes: kept, values: easy } });
    expect(fewer.spotPcc.value).toBe(0);
    expect(fewer.moransI.value!).toBeLessThan(found.moransI.value!);
  });
});

describe('similaritiesOf', () => {
  const [square] = golden.sections;

  it('has no raster of an array narrower than a window, and nothing of a constant truth', () => {
    const section = sectionOf(square);
    const line = { ...section.spots, arrayY: new Float32Array(section.spots.ids.length) };
    expect(similaritiesOf({ ...section, layout: sectionLayout(line) }).ssim).toEqual({
      value: null,
      reason: 'no_raster',
    });
    const truth = { ...section.truth, values: section.truth.values.map(() => 1) };
    const flat = similaritiesOf({ ...section, truth, layout: sectionLayout(section.spots) });
    expect(flat.geneGene.reason).toBe('too_few');
    expect(flat.moransI.reason).toBe('constant_truth');
    expect(flat.ssim.reason).toBe('constant_truth');
    expect(countsZero(flat.moransI)).toBe(false);
  });
});

describe('partitions', () => {
  it.each(golden.partitions)('agree as scikit-learn says: $ari, $nmi', ({ a, b, ari, nmi }) => {
    expect(adjustedRandIndex(a, b)).toBeCloseTo(ari, 12);
    expect(normalisedMutualInformation(a, b)).toBeCloseTo(nmi, 12);
  });
});

describe('sectionLayout', () => {
  it('finds 4 neighbours inside a square array and 6 inside a hexagonal one', () => {
    const mostNeighbours = golden.sections.map((section) =>
      Math.max(...sectionLayout(sectionOf(section).spots).neighbours.map(({ length }) => length)),
    );
    expect(mostNeighbours).toEqual([4, 6]);
  });
});
