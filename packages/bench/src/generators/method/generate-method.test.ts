import { check, resolveConfig } from 'prettier';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findWorkspace } from '../../workspace/workspace.ts';
import { memoryTree, type MemoryTree } from '../memory-tree.ts';
import { generateMethod, type MethodOptions } from './generate-method.ts';

const { root } = findWorkspace(import.meta.dirname);

async function generate(options: MethodOptions): Promise<MemoryTree> {
  const tree = memoryTree(root);
  await generateMethod(tree, options);
  return tree;
}

describe.each(['contrastive', 'regression'])('a %s method', (kind) => {
  it('is a package that says it is a method, of its own name alone', async () => {
    const { written } = await generate({ name: 'a-new-one', kind, licence: 'Apache-2.0' });
    const json = JSON.parse(written.get('packages/a-new-one/package.json')!) as Record<string, unknown>;
    expect(json).toMatchObject({
      name: '@spotbench/a-new-one',
      license: 'Apache-2.0',
      spotbench: { method: './src/index.ts' },
    });
    const files = ['README.md', 'conformance/exceptions.ts', 'tests/method.test.ts'];
    const sources = ['config', 'index', 'loss', 'method', 'model'].map((name) => `src/${name}.ts`);
    for (const file of [...files, ...sources]) expect([...written.keys()]).toContain(`packages/a-new-one/${file}`);
    expect(written.get('packages/a-new-one/src/method.ts')).toContain("name: 'a-new-one',\n");
    for (const text of written.values()) expect(text).not.toMatch(/__[a-z]/);
  });

  it.each(['m', 'a-name-so-long-that-lines-have-to-be-broken-for-it'])('is formatted, called %s', async (name) => {
    const { written } = await generate({ name, kind, title: `It's "the" \\ method` });
    const style = await resolveConfig(join(root, 'package.json'));
    for (const [path, text] of written) {
      expect(await check(text, { ...style, filepath: path }), path).toBe(true);
    }
    expect(written.get(`packages/${name}/src/method.ts`)).toMatch(/title: .It\\?'s "the" \\\\ method.,/);
  });
});

describe('refused', () => {
  it.each([
    [{ name: 'My_Method' }, /needed lower-case letters, digits and single hyphens/],
    [{ name: 'my--method' }, /needed lower-case letters/],
    [{ name: '../core' }, /needed lower-case letters/],
    [{ name: 'x'.repeat(51) }, /at most 50/],
    [{ name: 'engine' }, /packages\/engine is there already/],
    [{ name: 'ridge' }, /packages\/controls has a control of that name/],
    [{ name: 'fine', kind: 'contrastiv' }, /unknown kind of method "contrastiv"; did you mean "contrastive"/],
  ])('%j', async (options, message) => {
    await expect(generate(options)).rejects.toThrow(message);
  });
});
