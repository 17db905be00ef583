/** Both variants against PyTorch: the authors' own classes for what they released, a restatement for the rest. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type EngineChoice, type StepFunction } from '@spotbench/engine';
import { compareGolden, goldenParameters, parseGolden, runGolden } from '@spotbench/engine/conformance';
import { describe, expect, test } from 'vitest';
import { golden as adapter } from '../conformance/golden.ts';
import { fixture, gradientError, largestError, evaluate, modelOfCase, type GoldenCase } from './golden-case.ts';

const cpu: EngineChoice = { name: 'onnx', device: 'cpu' };
const engines: EngineChoice[] = [{ name: 'tfjs', device: 'js' }, cpu];
/** How much worse than PyTorch's own float32 run; no error below 1e-5 is asked of float32. */
const limit = (peer: number): number => Math.max(1e-5, 10 * peer);

interface ForwardGolden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly loss: number;
  readonly float32_relative_error_of_pytorch: Readonly<Record<string, number>>;
  readonly [name: string]: unknown;
}

describe.each(['golden-concat', 'golden-attention'])("the authors' %s", (name) => {
  test('forward values and loss', async () => {
    const golden = JSON.parse(fixture(name)) as ForwardGolden;
    const model = adapter.model(golden.config);
    const step: StepFunction = (state, inputs) => ({
      state,
      outputs: { ...model.forward(state, inputs), loss: model.loss(state, inputs).total },
    });
    const state = goldenParameters(model.parameters);
    const compiled = await (await createEngine(cpu)).compile(step, { state, inputs: model.inputs });
    const found = await compiled.run(model.inputs);
    await compiled.dispose();
    for (const [value, peer] of Object.entries(golden.float32_relative_error_of_pytorch)) {
      const expected = value === 'loss' ? [golden.loss] : (golden[value] as { data: number[] }).data;
      expect(largestError(found[value], expected), value).toBeLessThan(limit(peer));
    }
  });
});

test('the whole released model on small images: loss and every gradient', async () => {
  const golden = JSON.parse(fixture('released')) as GoldenCase;
  await expectGradients(golden, adapter.model(golden.config));
});

describe.each(['frozen-concat', 'frozen-attention', 'frozen-paper'])('%s', (name) => {
  const golden = JSON.parse(fixture(name)) as GoldenCase;

  test.each(engines)('embeddings, loss and every gradient on $name/$device', async (engine) => {
    const found = await evaluate(modelOfCase(golden), Object.keys(golden.gradients), engine);
    expect(largestError(found.image_embeddings, golden.image_embeddings.data)).toBeLessThan(1e-5);
    expect(largestError(found.spot_embeddings, golden.spot_embeddings.data)).toBeLessThan(1e-5);
    expect(largestError(found.loss, [golden.loss])).toBeLessThan(1e-5);
    const { error, at } = gradientError(found, golden);
    expect(error, at).toBeLessThan(2e-5);
  });
});

test("the paper's variant with DenseNet-121 over patch, neighbourhood and slide", async () => {
  const golden = JSON.parse(fixture('finetune-paper')) as GoldenCase;
  const found = await expectGradients(golden, modelOfCase(golden));
  const peer = golden.float32_relative_error_of_pytorch.image_embeddings;
  expect(largestError(found.image_embeddings, golden.image_embeddings.data)).toBeLessThan(limit(peer));
});

const folder = process.env.SPOTBENCH_GOLDEN ?? '';
const whole =
  folder !== '' && existsSync(folder) ? readdirSync(folder).filter((name) => /^hiscmcl.*json$/.test(name)) : [];

describe.skipIf(whole.length === 0)("the authors' whole files (SPOTBENCH_GOLDEN)", () => {
  test.each(whole)('%s', { timeout: 600_000 }, async (name) => {
    expect(await failures(readFileSync(join(folder, name), 'utf8'), name)).toEqual([]);
  });
});

describe('refuses', () => {
  const { config } = JSON.parse(fixture('released')) as ForwardGolden;

  test('a field it does not know, and another variant', () => {
    expect(() => adapter.model({ ...config, heads_num: 4 })).toThrow('heads_num');
    expect(() => adapter.model({ ...config, variant: 'paper' })).toThrow('variant');
    expect(() => adapter.model({ ...config, optimizer: 'SGD(lr=1)' })).toThrow('optimizer');
  });
});

/** Loss and gradients within ten times PyTorch's own float32 error. */
async function expectGradients(golden: GoldenCase, model: Parameters<typeof evaluate>[0]) {
  const found = await evaluate(model, Object.keys(golden.gradients), cpu);
  const peer = golden.float32_relative_error_of_pytorch;
  expect(largestError(found.loss, [golden.loss])).toBeLessThan(limit(peer.loss));
  const { error, at } = gradientError(found, golden);
  expect(error, at).toBeLessThan(limit(peer.gradient_probe_over_l2.max));
  return found;
}

/** The values of a file that are off or could not be compared. */
async function failures(text: string, name: string) {
  const golden = parseGolden(text, name);
  const model = adapter.model(golden.config);
  const run = await runGolden(model, await createEngine(cpu), golden.training.losses.length - 1);
  const rows = compareGolden(golden, model, run);
  expect(rows.length).toBeGreaterThan(10);
  return rows.filter(({ status }) => status !== 'ok');
}
