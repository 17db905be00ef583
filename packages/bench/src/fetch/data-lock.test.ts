import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workspaceAt } from '../workspace/workspace.ts';
import { lockFile, readDataLock } from './data-lock.ts';

it('keeps what is added to two data sets at the same time', async () => {
  const workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-lock-')));
  const facts = { address: 'https://example.org/x', bytes: 1, sha256: 'a'.repeat(64) };
  await Promise.all(['cscc', 'her2st', 'liver'].map((id) => lockFile(workspace, id, 'x', facts)));
  expect(Object.keys(await readDataLock(workspace))).toEqual(['cscc', 'her2st', 'liver']);
  rmSync(workspace.root, { recursive: true });
});
