/** Backbones against torchvision and timm (scripts/golden_backbones.py), compiled and on the reference engine. */
import {
  backboneUnder,
  createEngine,
  densenet121,
  findBackbone,
  initialise,
  resnet18,
  trainableNames,
  vit,
  type Backbone,
  type Engine,
  type HostArrays,
  type StepFunction,
} from '@spotbench/engine';
import { probe } from '@spotbench/engine/testing';
import { createRandom } from '@spotbench/core';
import { zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  backboneOf,
  formulaImages,
  forwardStep,
  formulaParameters,
  gradientErrors,
  largestError,
  passStep,
  readBackboneGolden,
  runOnce,
  type Mode,
} from './backbone-golden.ts';

const onnx = await createEngine({ name: 'onnx' });
const reference = await createEngine({ name: 'tfjs' });

/** Plain JavaScript is too slow for all but the smallest. */
const cases: readonly (readonly [string, Mode, Engine])[] = [
  ['vit', 'train', onnx],
  ['vit', 'train', reference],
  ['resnet18', 'eval', onnx],
  ['resnet18', 'train', onnx],
  ['resnet50', 'eval', onnx],
  ['mobilevit_s', 'train', onnx],
  ['densenet121', 'train', onnx],
];

/** float32 sums in other orders than PyTorch's own float32 run, whose error is in the file. */
const SLACK = 10;
const FLOOR = 1e-5;

describe.each(cases)('%s, %s', (name, mode, engine) => {
  const golden = readBackboneGolden(name);
  const backbone = backboneOf(golden);
  const allowed = (error: number): number => Math.max(FLOOR, SLACK * error);

  test(`features, gradients and statistics on ${engine.name}`, async () => {
    const { batch, image } = golden.config;
    const images = formulaImages(batch, image);
    const outputs = await runOnce(engine, passStep(backbone, mode), formulaParameters(backbone), { images });
    const error = golden.float32_error;
    expect(largestError(outputs.features, golden[mode].data)).toBeLessThan(allowed(error[mode]));
    const gradients = gradientErrors(outputs, golden[`gradients_${mode}`]);
    expect(gradients.median).toBeLessThan(allowed(error[`gradients_${mode}`].median));
    expect(gradients.max, gradients.at).toBeLessThan(allowed(error[`gradients_${mode}`].max));
    if (mode === 'train') expect(statisticsError(outputs, golden.statistics)).toBeLessThan(2e-4);
  });
});

describe.each(['vit', 'resnet18', 'resnet50', 'mobilevit_s', 'densenet121'])('%s', (name) => {
  const golden = readBackboneGolden(name);
  const backbone = backboneOf(golden);

  test('parameters are those of the state dict', () => {
    const names = Object.keys({ ...golden.gradients_eval, ...golden.statistics });
    expect(Object.keys(backbone.parameters).sort()).toEqual(names.sort());
    expect(trainableNames(backbone.parameters).sort()).toEqual(Object.keys(golden.gradients_eval).sort());
  });
});

test.each(['mobilevit_s', 'densenet121'])('%s: features in evaluation mode', async (name) => {
  const golden = readBackboneGolden(name);
  const backbone = backboneOf(golden);
  const images = formulaImages(golden.config.batch, golden.config.image);
  const { features } = await runOnce(onnx, forwardStep(backbone), formulaParameters(backbone), { images });
  expect(largestError(features, golden.eval.data)).toBeLessThan(1e-5);
});

test('under a prefix a backbone reads and updates its own names only', async () => {
  const bare = resnet18();
  const backbone = backboneUnder('image_encoder.model', bare);
  expect(Object.keys(backbone.parameters)[0]).toBe('image_encoder.model.conv1.weight');
  const images = formulaImages(2, 33);
  const own = formulaParameters(bare);
  const prefixed = Object.fromEntries(Object.entries(own).map(([key, value]) => [`image_encoder.model.${key}`, value]));
  const updatesOf =
    (model: Backbone): StepFunction =>
    (parameters, inputs) => {
      const { pooled, updates } = model.forward(parameters, inputs.images, 'train');
      return { state: { ...parameters, ...updates }, outputs: { pooled } };
    };
  const run = await runOnce(onnx, updatesOf(backbone), { ...prefixed, other: own['bn1.bias'] }, { images });
  const wanted = await runOnce(onnx, updatesOf(bare), own, { images });
  expect(run.pooled.data).toEqual(wanted.pooled.data);
});

test('images that are too small or not images are refused by name', () => {
  const small = densenet121();
  expect(() => small.forward({}, zeros([1, 3, 28, 64]), 'eval')).toThrow(
    'densenet121: needs images [B, 3, h, w] of at least 29 x 29 px, got [1, 3, 28, 64]',
  );
  expect(() => vit().forward({}, zeros([1, 3, 256, 256]), 'eval')).toThrow('of 224 x 224 px, got [1, 3, 256, 256]');
  expect(() => findBackbone('resnet5')).toThrow('did you mean "resnet50"');
});

test('first weights have the published spread, and residual branches of ResNet start at zero', () => {
  const start = initialise(resnet18().parameters, createRandom(3));
  const { data, shape } = start['layer2.0.conv1.weight'];
  const variance = (data as Float32Array).reduce((total, value) => total + value ** 2, 0) / data.length;
  expect(variance / (2 / (shape[0] * 9))).toBeCloseTo(1, 1); // kaiming_normal_, fan_out
  expect(new Set(start['layer1.1.bn2.weight'].data)).toEqual(new Set([0]));
});

/** Probes of the running statistics after the pass; a tenth of a batch's, so that their errors are small. */
function statisticsError(outputs: HostArrays, expected: Readonly<Record<string, number>>): number {
  const errors = Object.entries(expected).map(
    ([name, wanted]) => Math.abs(probe(name, outputs[`updated/${name}`].data) - wanted) / Math.abs(wanted),
  );
  return Math.max(0, ...errors);
}
