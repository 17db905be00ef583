import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { encoderNames, findEncoder } from './encoders.ts';

let workspace: Workspace;
beforeEach(() => {
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-encoders-')));
});
afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

const addUserEncoder = (record: Record<string, unknown>): void =>
  writeFileSync(join(workspace.root, 'encoders.json'), JSON.stringify({ 'my-net': record }));
const record = { version: '1', path: 'my.onnx', sizePx: 224, mean: [0, 0, 0], std: [1, 1, 1] };

describe('encoders', () => {
  it('lists what needs no download, and a user’s own', () => {
    expect(encoderNames(workspace)).toEqual(['handcrafted', 'untrained-resnet18']);
    addUserEncoder(record);
    expect(encoderNames(workspace)).toContain('my-net');
  });

  it('finds one by name', async () => {
    expect((await findEncoder(workspace, 'handcrafted')).featureNames).toHaveLength(72);
    expect((await findEncoder(workspace, 'untrained-resnet18')).featureNames).toHaveLength(512);
    await expect(findEncoder(workspace, 'handcraftd')).rejects.toThrow(
      /unknown encoder "handcraftd"; did you mean "handcrafted"/,
    );
  });

  it('says what is wrong with encoders.json', async () => {
    addUserEncoder({ ...record, std: [1, 1] });
    expect(() => encoderNames(workspace)).toThrow(/encoders.json: .*std/s);
    addUserEncoder(record);
    await expect(findEncoder(workspace, 'my-net')).rejects.toThrow(
      /encoder my-net: encoders.json names my.onnx, which is not there/,
    );
  });
});
