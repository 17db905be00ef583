import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const documented = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8');

interface PackageJson {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const folders = ['.', ...readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name))];
const names = folders.flatMap((folder) => {
  const json = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as PackageJson;
  return Object.keys({ ...json.dependencies, ...json.devDependencies, ...json.optionalDependencies });
});

/** `@tensorflow/tfjs-backend-cpu`, `-wasm` and `@types/*` stand for a family. */
const isDocumented = (name: string): boolean =>
  documented.includes(`\`${name}\``) ||
  name.startsWith('@types/') ||
  documented.includes(`\`-${name.split('-').at(-1)!}\``);

describe('docs/dependencies.md', () => {
  it.each([...new Set(names)].filter((name) => !name.startsWith('@spotbench/')))('gives a reason for %s', (name) => {
    expect(isDocumented(name)).toBe(true);
  });
});
