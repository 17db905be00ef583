/** Loss terms against the authors' own code, from the embeddings their models gave; see fixtures/README.md. */
import { readFileSync } from 'node:fs';
import { add, log, mean, mul, tensor, tensor2d, type Scalar, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  createEngine,
  crossEntropyRows,
  identityCrossEntropy,
  l2Normalise,
  meanSquaredError,
  pearsonLoss,
  similarityDistillation,
  similarityLogits,
  softTargetContrastive,
  symmetricContrastive,
  valueAndGradients,
} from '@spotbench/engine';
import { u01 } from '@spotbench/engine/testing';

await createEngine({ name: 'tfjs' }); // starts the backend that the tensors below live on

interface GoldenArray {
  readonly shape: [number, number];
  readonly data: readonly number[];
}
interface Golden {
  readonly cmrcnet: Record<'image_embeddings' | 'spot_embeddings', GoldenArray> & {
    readonly loss_terms: Record<string, number>;
  };
  readonly mvitgene: Record<'image_embeddings' | 'spot_embeddings' | 'vit_embeddings' | 'prediction', GoldenArray> & {
    readonly loss_terms: Record<string, number>;
    readonly config: { temperature: number; sigma: number };
  };
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/losses.json', import.meta.url), 'utf8')) as Golden;
const matrix = ({ shape, data }: GoldenArray): Tensor2D => tensor2d([...data], shape);
const number = (x: Tensor): number => x.dataSync()[0];

test('CMRCNet: soft-target contrastive loss, then mean(log(1 + x))', () => {
  const { image_embeddings: image, spot_embeddings: spot, loss_terms: terms } = golden.cmrcnet;
  const rows = softTargetContrastive(matrix(spot), matrix(image), 1);
  expect(number(mean(log(add(rows, 1))))).toBeCloseTo(terms.contrastive, 5);
});

describe('MViTGene', () => {
  const { config, loss_terms: terms, prediction } = golden.mvitgene;
  const image = matrix(golden.mvitgene.image_embeddings);
  const spot = matrix(golden.mvitgene.spot_embeddings);
  const logits = similarityLogits(spot, image, config.temperature);
  const expression = tensor2d(
    Float32Array.from(u01('input.full_expression', 160), (u) => 2 * u),
    [4, 40],
  );

  test('hard and vit terms', () => {
    const vit = matrix(golden.mvitgene.vit_embeddings);
    expect(number(identityCrossEntropy(logits))).toBeCloseTo(terms.hard, 5);
    expect(number(identityCrossEntropy(similarityLogits(spot, vit, config.temperature)))).toBeCloseTo(terms.vit, 5);
  });

  test('soft term', () => {
    expect(number(similarityDistillation(image, spot, logits, config.sigma))).toBeCloseTo(terms.soft, 5);
  });

  test('mse and Pearson terms', () => {
    expect(number(meanSquaredError(matrix(prediction), expression))).toBeCloseTo(terms.mse, 4);
    expect(number(pearsonLoss(matrix(prediction), expression))).toBeCloseTo(terms.pearson, 5);
  });

  test('its embeddings are normalised', () => {
    expect(number(meanSquaredError(l2Normalise(spot), spot))).toBeLessThan(1e-12);
  });
});

describe('by hand', () => {
  test('cross-entropy of a row with soft targets', () => {
    const [first, second] = crossEntropyRows(
      tensor2d([
        [0, 0],
        [Math.log(3), 0],
      ]),
      tensor2d([
        [0.5, 0.5],
        [1, 0],
      ]),
    ).dataSync();
    expect(first).toBeCloseTo(Math.log(2), 6);
    expect(second).toBeCloseTo(Math.log(4 / 3), 6);
  });

  test('embeddings that say nothing cost log B, matching ones less; extreme ones stay finite', () => {
    expect(
      number(
        symmetricContrastive(
          tensor([
            [0, 0],
            [0, 0],
          ]),
          tensor([
            [1, 0],
            [0, 1],
          ]),
          1,
        ),
      ),
    ).toBeCloseTo(Math.log(2), 6);
    expect(
      number(
        symmetricContrastive(
          tensor([
            [1, 0],
            [0, 1],
          ]),
          tensor([
            [1, 0],
            [0, 1],
          ]),
          1,
        ),
      ),
    ).toBeCloseTo(Math.log(1 + Math.exp(-1)), 6);
    expect(
      number(
        symmetricContrastive(
          tensor([
            [1e4, 0],
            [0, 1e4],
          ]),
          tensor([
            [1e4, 0],
            [0, -1e4],
          ]),
          1,
        ),
      ),
    ).toBeCloseTo(5e7, -2);
  });

  test('correlation loss: 0 for a line, 2 for its mirror, 1 for a constant', () => {
    const line = tensor2d([[1], [2], [4]]);
    expect(number(pearsonLoss(line, tensor2d([[3], [5], [9]])))).toBeCloseTo(0, 6);
    expect(number(pearsonLoss(line, tensor2d([[-3], [-5], [-9]])))).toBeCloseTo(2, 6);
    expect(number(pearsonLoss(line, tensor2d([[7], [7], [7]])))).toBeCloseTo(1, 6);
  });

  test('correlation loss: epsilon is added to each length, so that a constant prediction has a slope', () => {
    const unit = tensor2d([[-Math.SQRT1_2], [0], [Math.SQRT1_2]]);
    // sum p^2 = epsilon: sqrt(epsilon) / sqrt(2 epsilon).
    expect(number(pearsonLoss(mul(unit, 1e-4), unit))).toBeCloseTo(1 - Math.SQRT1_2, 4);
    const x = tensor2d([[3], [3], [3]]);
    const { gradients } = valueAndGradients(() => ({ total: pearsonLoss(x, unit), terms: {} }), { x });
    // -t / sqrt(epsilon).
    expect([...gradients.x.dataSync()].map((slope) => slope * 1e-4)).toEqual([
      expect.closeTo(Math.SQRT1_2, 3),
      expect.closeTo(0, 3),
      expect.closeTo(-Math.SQRT1_2, 3),
    ]);
  });
});

describe('gradients by central differences', () => {
  const image = tensor2d([
    [0.3, -0.2],
    [0.1, 0.5],
    [-0.4, 0.2],
  ]);
  const logits = similarityLogits(image, image, 1);
  const losses: Readonly<Record<string, (x: Tensor2D) => Scalar>> = {
    'soft targets': (x) => mean(softTargetContrastive(x, image, 1)),
    'symmetric, normalised': (x) => symmetricContrastive(l2Normalise(x), image, 0.5),
    distillation: (x) => similarityDistillation(x, image, logits, 0.6),
    correlation: (x) => pearsonLoss(x, image),
    'squared error': (x) => meanSquaredError(x, image),
  };
  const start = [0.2, 0.1, -0.3, 0.4, 0.5, -0.1];
  const step = 1e-2; // float32: smaller steps drown in rounding

  test.each(Object.keys(losses))('%s', (name) => {
    const x = tensor2d(start, [3, 2]);
    const gradient = valueAndGradients(() => ({ total: losses[name](x), terms: {} }), { x }).gradients.x.dataSync();
    const lossAt = (i: number, by: number): number =>
      number(losses[name](tensor2d(start.with(i, start[i] + by), [3, 2])));
    start.forEach((_, i) => {
      const slope = (lossAt(i, step) - lossAt(i, -step)) / (2 * step);
      expect(gradient[i], `element ${i}`).toBeCloseTo(slope, 2.5);
    });
  });
});
