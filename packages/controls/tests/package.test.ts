import { readFile } from 'node:fs/promises';
import type { AnswerControl, Method } from '@spotbench/core';
import { expect, it } from 'vitest';
import * as controls from '../src/index.ts';

interface Manifest {
  spotbench: { controls: Record<string, string>; seeded: string[] };
}
const root = new URL('../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

it('registers every control it exports, under its own name', async () => {
  const registered = (JSON.parse(await read('package.json')) as Manifest).spotbench.controls;
  const exported = Object.values(controls).map((control) => control.name);
  expect(Object.keys(registered).sort()).toEqual(exported.sort());
  for (const [name, path] of Object.entries(registered)) {
    const { method } = (await import(new URL(path, root).href)) as { method: Method | AnswerControl };
    expect(method.name).toBe(name);
    expect(method.configSchema.safeParse({}).success).toBe(true);
    expect(method.configSchema.safeParse({ nosuch: 1 }).success).toBe(false);
  }
});

it('declares as seeded exactly the controls that depend on the seed', async () => {
  const { seeded } = (JSON.parse(await read('package.json')) as Manifest).spotbench;
  const random = Object.values(controls).filter((control) => !control.deterministic);
  expect(seeded).toEqual(random.map((control) => control.name).sort());
});

it('describes every control in the README', async () => {
  const text = await read('README.md');
  for (const { name } of Object.values(controls)) expect(text).toContain(`\`${name}\``);
});
