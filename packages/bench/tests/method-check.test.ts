/** `spotbench method check` over every method there is, and on packages that are not of this workspace. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { goldenParameter, probe } from '@spotbench/engine/conformance';
import { checkGolden } from '../src/method-check/check-golden.ts';
import { checkSubject } from '../src/method-check/check-subject.ts';
import { checkText } from '../src/method-check/check-text.ts';
import { findSubjects } from '../src/method-check/find-subjects.ts';
import { goldenText } from '../src/method-check/golden-text.ts';
import { methodCheck } from '../src/method-check/method-check.ts';
import { discoverMethods } from '../src/registry/methods.ts';
import { findWorkspace } from '../src/workspace/workspace.ts';

const workspace = findWorkspace(import.meta.dirname);
const entries = discoverMethods(workspace);
const engine = { engine: 'onnx', device: 'cpu' };

describe.each(entries.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
  test('keeps what every method promises', { timeout: 240_000 }, async () => {
    const { checks } = await checkSubject(workspace, entry, engine);
    // Whether it takes a minute is for a machine that does nothing else.
    const found = checks.filter(({ check, status }) => status === 'fail' && check !== 'time');
    expect(found.map(({ check, found: why }) => `${check}: ${why}`)).toEqual([]);
    expect(checks.length).toBeGreaterThan(10);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'spotbench-method-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A package outside the workspace, with the workspace's dependencies. */
function packageAt(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  symlinkSync(join(workspace.root, 'node_modules'), join(root, 'node_modules'));
  return root;
}

const source = (predict: string): string => `
  import { z } from 'zod';
  export const method = {
    name: 'mine', version: '1', title: 't', deterministic: false, configSchema: z.strictObject({}),
    fit: async ({ genes: { length: G } }, { random }) => {
      const shift = random.uniform();
      return { selectedBy: 'nothing', parameterCount: 1, predict: async (slide) =>
        Float32Array.from({ length: slide.spots.ids.length * G }, (_, i) => ${predict}) };
    },
  };`;
const declaration = JSON.stringify({ name: 'mine', type: 'module', spotbench: { method: './src/index.ts' } });

test('a package by its folder: one that peeks at the answer fails by that name', async () => {
  const root = packageAt('mine', {
    'package.json': declaration,
    'src/index.ts': source('shift + (slide.expression?.values[i] ?? 0)'),
  });
  const [entry] = findSubjects(workspace, entries, root);
  const report = await checkSubject(workspace, entry, engine);
  expect(report.ok).toBe(false);
  const text = checkText(report);
  expect(text).toMatch(/^method mine on onnx\/cpu\n/);
  expect(text).toMatch(
    /\nFAIL {2}test expression .* the prediction moves with its own and another expression on the slide\n/,
  );
  expect(text).toMatch(/1 of \d+ checks failed: test expression\n$/);
});

test('what is no method is refused by name', () => {
  expect(() => findSubjects(workspace, entries, 'mclstex')).toThrow(
    'unknown method "mclstex"; did you mean "mclstexp"',
  );
  expect(() => findSubjects(workspace, entries, join(folder, 'nowhere'))).toThrow('found no package.json');
  const plain = packageAt('plain', { 'package.json': '{"name":"plain"}' });
  expect(() => findSubjects(workspace, entries, plain)).toThrow('found a package without one');
});

/** Adapter of y = x w, and a golden file of it for w and x by the formula; u is 'tfjs' arithmetic's own. */
const adapter = `
  import { adam } from '@spotbench/engine';
  import { mean, mul, square } from '@tensorflow/tfjs-core';
  export const golden = { method: 'Mine', model: () => ({
    parameters: { w: { shape: [2], init: { kind: 'constant', value: 0 } } },
    inputs: { x: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } },
    optimiser: adam(), learningRate: 0,
    forward: ({ w }, { x }) => ({ y: mul(w, x) }),
    loss: ({ w }, { x }) => ({ total: mean(square(mul(w, x))), terms: {} }),
  }) };`;

test('the command exits with 0 where every golden value holds, and with 1 where one is off', async () => {
  const root = packageAt('exits', {
    'package.json': declaration,
    'src/index.ts': source('shift'),
    'conformance/golden.ts': adapter,
  });
  const [a, b] = goldenParameter('w', [2]).data;
  // y = w x with x = 1, 2; loss = mean of y^2, whose slope is w x^2.
  const gradient = [a, 4 * b];
  const loss = (a ** 2 + (2 * b) ** 2) / 2;
  const right = {
    method: 'Mine',
    config: {},
    y: { shape: [2], data: [a, 2 * b] },
    loss,
    gradients: { w: { l2: Math.hypot(...gradient), probe: probe('w', gradient) } },
    training: { losses: [loss, loss] },
  };
  const check = (name: string, content: object): Promise<number> => {
    const golden = join(folder, name);
    writeFileSync(golden, JSON.stringify(content));
    return methodCheck({ subject: root, golden, engine, json: true });
  };
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(await check('right.json', right)).toBe(0);
    expect(await check('off.json', { ...right, y: { ...right.y, data: [a, 2.001 * b] } })).toBe(1);
    expect(await check('lacking.json', { ...right, gradients: {} })).toBe(1);
    expect(printed.mock.calls.map(([line]) => (JSON.parse(String(line)) as { ok: boolean }).ok)).toEqual([
      true,
      false,
      false,
    ]);
  } finally {
    printed.mockRestore();
  }
});

test('a golden file: every value within its limit, or off by name; a file of another method is refused', async () => {
  const root = packageAt('golden', {
    'package.json': declaration,
    'src/index.ts': source('shift'),
    'conformance/golden.ts': adapter,
  });
  const [entry] = findSubjects(workspace, entries, root);
  const file = (name: string, content: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const empty = { method: 'Mine', config: {}, loss: 1, gradients: {}, training: { losses: [1, 1] } };
  const first = await checkGolden(workspace, { file: file('a.json', empty), entry, entries, engine });
  expect(first).toMatchObject({ ok: false, engine: 'onnx/cpu' });
  expect(goldenText(first)).toMatch(/NOT COMPARED {2}gradients\.w .* trained here, not in the file\n/);
  expect(goldenText(first)).toMatch(
    /comparisons failed: loss, gradients\.w, training\.losses\[0\], training\.losses\[1\]\n$/,
  );
  const other = file('b.json', { ...empty, method: 'Other' });
  await expect(checkGolden(workspace, { file: other, entry, entries, engine })).rejects.toThrow('golden files of Mine');
  await expect(checkGolden(workspace, { file: other, entries, engine })).rejects.toThrow(
    'unknown method of a golden file "Other"',
  );
  await expect(checkGolden(workspace, { file: join(folder, 'c.json'), entries, engine })).rejects.toThrow(
    'cannot be read',
  );
});
