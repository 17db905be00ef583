/** What package.json says of pretrained weights, which plans are made from, is what the model asks for when it is trained. */
import type { ContrastiveOptions } from '@spotbench/engine';
import { describe, expect, test } from 'vitest';
import { loadMethod } from '../src/registry/load-method.ts';
import { discoverMethods } from '../src/registry/methods.ts';
import { findWorkspace } from '../src/workspace/workspace.ts';

const workspace = findWorkspace(import.meta.dirname);
const entries = discoverMethods(workspace).filter(({ kind }) => kind === 'method');

describe.each(entries.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
  test('declares the weights that its image encoder starts from', async () => {
    const method = await loadMethod(workspace, entry);
    const { contrastive } = method as { contrastive?: ContrastiveOptions<unknown> };
    const images = contrastive?.images?.(method.configSchema.parse({}));
    const weights = images && new Set((images.pretrained ?? []).map((part) => part.weights));
    expect(entry.finetune && [...entry.finetune].sort()).toEqual(weights && [...weights].sort());
  });
});

test('there are methods with pretrained weights to compare', () => {
  expect(entries.filter(({ finetune }) => (finetune?.length ?? 0) > 0).length).toBeGreaterThan(0);
});
