import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';
import { codeHash, codeOf, nxInputs } from './code-hash.ts';
import { loadMethod } from './load-method.ts';
import { discoverMethods, findMethod } from './methods.ts';

let workspace: Workspace;
beforeEach(() => {
  workspace = workspaceAt(mkdtempSync(join(tmpdir(), 'spotbench-methods-')));
});
afterEach(() => rmSync(workspace.root, { recursive: true, force: true }));

function addPackage(name: string, spotbench: unknown, sources: Record<string, string> = {}): void {
  const folder = join(workspace.root, 'packages', name, 'src');
  mkdirSync(folder, { recursive: true });
  const json = { name: `@spotbench/${name}`, type: 'module', spotbench, dependencies: { '@spotbench/core': '*' } };
  writeFileSync(join(folder, '..', 'package.json'), JSON.stringify(json));
  for (const [file, text] of Object.entries(sources)) writeFileSync(join(folder, file), text);
}

describe('discoverMethods', () => {
  it('finds methods and controls by what their package.json says', () => {
    addPackage('core', undefined);
    addPackage('mine', { method: './src/index.ts' });
    addPackage('several', { controls: { flat: './src/flat.ts', random: './src/random.ts' }, seeded: ['random'] });
    expect(discoverMethods(workspace).map(({ name, kind, seeded, alone }) => [name, kind, seeded, alone])).toEqual([
      ['mine', 'method', true, true],
      ['flat', 'control', false, false],
      ['random', 'control', true, false],
    ]);
  });

  it('finds several methods of one package, and the views each lists', () => {
    addPackage('one', { method: './src/index.ts', views: ['tokens'] });
    addPackage('pair', {
      methods: { released: './src/method.ts', paper: './src/paper.ts', plain: './src/plain.ts' },
      views: { released: ['patch', 'scale-672'], paper: ['patch', 'neighbourhood', 'slide'] },
    });
    addPackage('several', { controls: { flat: './src/flat.ts' } });
    expect(
      discoverMethods(workspace).map(({ name, kind, alone, seeded, views }) => [name, kind, alone, seeded, views]),
    ).toEqual([
      ['one', 'method', true, true, ['tokens']],
      ['released', 'method', false, true, ['patch', 'scale-672']],
      ['paper', 'method', false, true, ['patch', 'neighbourhood', 'slide']],
      ['plain', 'method', false, true, ['patch']],
      ['flat', 'control', false, false, ['patch']],
    ]);
  });

  it.each([
    [{ method: './src/index.ts', views: ['tile'] }, /views of mine: unknown view "tile"; did you mean "tiles"/],
    [{ method: './src/index.ts', views: ['patch', 'patch'] }, /needed each view once, got patch, patch/],
    [{ methods: { paper: './p.ts' }, views: { papre: ['patch'] } }, /"papre"; did you mean "paper"/],
    [{ controls: { flat: './src/flat.ts' }, views: ['tiles'] }, /packages\/mine\/package.json: "spotbench"/],
  ])('refuses %j', (spotbench, message) => {
    addPackage('mine', spotbench);
    expect(() => discoverMethods(workspace)).toThrow(message);
  });

  it('refuses a name used twice and a malformed declaration', () => {
    addPackage('mine', { method: './src/index.ts' });
    addPackage('several', { controls: { mine: './src/mine.ts' } });
    expect(() => discoverMethods(workspace)).toThrow(/"mine" is declared by packages\/mine and by packages\/several/);
    addPackage('several', { methods: './src/mine.ts' });
    expect(() => discoverMethods(workspace)).toThrow(/packages\/several\/package.json: "spotbench"/);
  });
});

describe('installed packages', () => {
  const names = (): string[] => discoverMethods(workspace).map(({ name }) => name);

  /** A package in node_modules; `dependency` as the root's package.json has it after npm install. */
  function install(name: string, json: object, dependency = true): void {
    const folder = join(workspace.root, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, ...json }));
    writeFileSync(join(folder, 'index.js'), '1');
    const dependencies = dependency ? { [name]: '1.0.0' } : {};
    writeFileSync(join(workspace.root, 'package.json'), JSON.stringify({ dependencies }));
  }
  const METHOD = { keywords: ['spotbench-method'], spotbench: { method: './index.js' } };

  beforeEach(() => addPackage('mine', { method: './src/index.ts' }));

  it('are methods by their keyword, where the workspace depends on them', () => {
    install('@lab/theirs', { ...METHOD, peerDependencies: { '@spotbench/engine': '*', '@spotbench/core': '*' } });
    expect(discoverMethods(workspace)[1]).toMatchObject({
      name: 'theirs',
      kind: 'method',
      packageRoot: 'node_modules/@lab/theirs',
      alone: false,
      workspaceDependencies: ['core', 'engine'],
    });
    install('@lab/theirs', { ...METHOD, keywords: ['spotbench'] });
    expect(names()).toEqual(['mine']);
    install('@lab/theirs', METHOD, false);
    expect(names()).toEqual(['mine']);
  });

  it('may be no controls, and take no name that is taken', () => {
    install('theirs', { ...METHOD, spotbench: { controls: { answer: './index.js' } } });
    expect(names).toThrow(/node_modules\/theirs\/package.json: "controls": only packages of this workspace/);
    install('mine', METHOD);
    expect(names).toThrow(/"mine" is declared by packages\/mine and by node_modules\/mine/);
  });

  it('are hashed file by file, whatever the files are', () => {
    install('theirs', METHOD);
    const hash = (): string => codeHash(workspace, codeOf(findMethod(discoverMethods(workspace), 'theirs')));
    const first = hash();
    expect(hash()).toBe(first);
    for (const file of ['index.js', 'package.json', 'weights.bin']) {
      const before = hash();
      writeFileSync(
        join(workspace.root, 'node_modules', 'theirs', file),
        `${JSON.stringify({ ...METHOD, name: 'theirs' })} `,
      );
      expect(hash(), file).not.toBe(before);
    }
    expect(nxInputs(['node_modules/theirs', 'packages/core/src'])).toEqual([
      { runtime: 'node packages/bench/bin/content-hash.mjs node_modules/theirs' },
      '{workspaceRoot}/packages/core/src/**/*.ts',
      '!{workspaceRoot}/packages/**/*.test.ts',
    ]);
  });
});

describe('codeHash', () => {
  it("changes with a method's own code and its dependencies, not with its tests or its neighbours", () => {
    addPackage('core', undefined, { 'index.ts': 'export const a = 1;' });
    addPackage(
      'several',
      { controls: { flat: './src/flat.ts', other: './src/other.ts' } },
      { 'flat.ts': '1', 'other.ts': '1' },
    );
    const hash = (): string => codeHash(workspace, codeOf(findMethod(discoverMethods(workspace), 'flat')));
    const first = hash();
    const touch = (path: string): void => writeFileSync(join(workspace.root, 'packages', path), `// ${path}`);
    touch('several/src/other.ts');
    touch('several/src/flat.test.ts');
    expect(hash()).toBe(first);
    touch('several/src/flat.ts');
    const second = hash();
    expect(second).not.toBe(first);
    touch('core/src/index.ts');
    expect(hash()).not.toBe(second);
  });

  it('changes with any source of a package of several methods', () => {
    const sources = { 'method.ts': '1', 'paper.ts': '1', 'model.ts': '1' };
    addPackage('pair', { methods: { released: './src/method.ts', paper: './src/paper.ts' } }, sources);
    const hash = (): string => codeHash(workspace, codeOf(findMethod(discoverMethods(workspace), 'paper')));
    const first = hash();
    writeFileSync(join(workspace.root, 'packages', 'pair', 'src', 'model.ts'), '2');
    expect(hash()).not.toBe(first);
  });
});

describe('loadMethod', () => {
  const source = (fields: string): string => `export const method = { title: 't', version: '1', fit() {}, ${fields} };`;
  const load = async (spotbench: unknown, fields: string): Promise<unknown> => {
    addPackage('mine', spotbench, { 'index.ts': source(fields) });
    return loadMethod(workspace, discoverMethods(workspace)[0]);
  };

  it('imports the method', async () => {
    await expect(load({ method: './src/index.ts' }, "name: 'mine', deterministic: false")).resolves.toMatchObject({
      name: 'mine',
    });
  });

  it.each([
    [
      { method: './src/index.ts' },
      "name: 'other', deterministic: false",
      /its name is "other", package.json says "mine"/,
    ],
    [{ method: './src/index.ts' }, "name: 'mine', deterministic: true", /make them agree/],
    [
      { method: './src/index.ts', views: ['tiles', 'patch'] },
      "name: 'mine', deterministic: false",
      /needs the views patch, its package.json lists patch, tiles; make them agree/,
    ],
    [
      { method: './src/index.ts' },
      "name: 'mine', deterministic: false, views: ['slide']",
      /needs the views slide, its package.json lists patch/,
    ],
    [
      { method: './src/index.ts' },
      "name: 'mine', deterministic: false, seesAnswer: true",
      /only packages that register it under "controls"/,
    ],
  ])('refuses %j with %s', async (spotbench, fields, message) => {
    await expect(load(spotbench, fields)).rejects.toThrow(message);
  });

  it('takes views in any order', async () => {
    const fields = "name: 'mine', deterministic: false, views: ['slide', 'patch']";
    await expect(load({ method: './src/index.ts', views: ['patch', 'slide'] }, fields)).resolves.toBeDefined();
  });

  it('refuses a package.json that names a module that is not there', async () => {
    addPackage('mine', { method: './src/idx.ts' }, { 'index.ts': '' });
    await expect(loadMethod(workspace, discoverMethods(workspace)[0])).rejects.toThrow(
      /method mine \(packages\/mine\/src\/idx\.ts\): there is no such file/,
    );
  });

  it('refuses a module without a method', async () => {
    addPackage('mine', { method: './src/index.ts' }, { 'index.ts': 'export const other = 1;' });
    await expect(loadMethod(workspace, discoverMethods(workspace)[0])).rejects.toThrow(
      /needs an export named "method"/,
    );
  });
});
