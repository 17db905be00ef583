import type { Tree } from '../tree.ts';
import type { MethodKind } from './generate-method.ts';

interface PackageJson {
  readonly version: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** package.json of a new method: the versions are those that the workspace's own packages have. */
export function packageJson(tree: Tree, kind: MethodKind, words: Readonly<Record<string, string>>): string {
  const own = (name: string): PackageJson =>
    JSON.parse(tree.read(`packages/${name}/package.json`, 'utf8') ?? '{}') as PackageJson;
  const [core, engine] = [own('core'), own('engine')];
  const engineVersion = { '@spotbench/engine': engine.version };
  const json = {
    name: `@spotbench/${words.name}`,
    version: '0.1.0',
    description: `${words.title} as a SpotBench method.`,
    license: words.licence,
    type: 'module',
    engines: core.engines,
    exports: { '.': './src/index.ts' },
    dependencies: {
      '@spotbench/core': core.version,
      ...(kind === 'contrastive' ? engineVersion : {}),
      zod: engine.dependencies.zod,
    },
    // The regression computes without the engine, so that the engine is no part of what its numbers depend on.
    ...(kind === 'regression' ? { devDependencies: engineVersion } : {}),
    spotbench: { method: './src/index.ts' },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
