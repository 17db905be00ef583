import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureView, isSpotbenchError, SpotbenchError, unknownName, type FeatureView } from '@spotbench/core';
import { z } from 'zod';
import { submittedMethods } from '../submission/submitted-methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { installedRoots, isOutsideGit } from './installed.ts';

/** A method as its package declares it; nothing of its code is loaded yet. */
export interface MethodEntry {
  readonly name: string;
  /** `control`: brackets the tables and is never ranked. `submitted`: predictions made elsewhere, scored here, not ranked. */
  readonly kind: 'method' | 'control' | 'submitted';
  /** Folder of its package, or of its predictions, relative to the workspace root, e.g. `packages/mclstexp`. */
  readonly packageRoot: string;
  /** Module that exports it as `method`, relative to the package. */
  readonly entry: string;
  /** True when a package of the workspace holds this method alone: its targets need not name it then. */
  readonly alone: boolean;
  /** False when the seed changes nothing: only the first seed is run. */
  readonly seeded: boolean;
  /** Views of the frozen features it needs, in the order of its package.json. */
  readonly views: readonly FeatureView[];
  /** Pretrained weights that its image encoder starts from in the `finetune` regime; undefined where it has none to train. */
  readonly finetune: readonly string[] | undefined;
  /** The packages of this workspace that its package depends on, by folder name. */
  readonly workspaceDependencies: readonly string[];
  /** The only data set and protocol it has cells in; all of them where absent. */
  readonly only?: { readonly dataset: string; readonly protocol: string };
}

const viewNames = z.array(z.string());
const weightNames = z.array(z.string());
const declaration = z.union([
  z.strictObject({ method: z.string(), views: viewNames.optional(), finetune: weightNames.optional() }),
  z.strictObject({
    methods: z.record(z.string(), z.string()),
    views: z.record(z.string(), viewNames).default({}),
    finetune: z.record(z.string(), weightNames).default({}),
  }),
  z.strictObject({ controls: z.record(z.string(), z.string()), seeded: z.array(z.string()).default([]) }),
]);
type Declaration = z.infer<typeof declaration>;
const packageJson = z.object({
  name: z.string(),
  spotbench: z.unknown().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

/**
 * Every method of the workspace, by name: packages whose package.json says `"spotbench": { "method": "./src/index.ts" }`, or
 * `methods` with a module for each of several; installed packages that do, with the keyword `spotbench-method`; and the
 * predictions that were submitted. There is no central list.
 *
 * @throws SpotbenchError `bad-config` on a malformed declaration or a name used twice; `unknown-name` for a view or a method
 * with views that there is not.
 */
export function discoverMethods(workspace: Workspace): MethodEntry[] {
  const roots = [...packageRoots(workspace), ...installedRoots(workspace)];
  const found = [...roots.flatMap((root) => methodsOf(workspace, root)), ...submittedMethods(workspace)];
  const seen = new Map<string, MethodEntry>();
  for (const method of found) {
    const other = seen.get(method.name);
    if (other) {
      throw new SpotbenchError(
        'bad-config',
        `method "${method.name}" is declared by ${other.packageRoot} and by ${method.packageRoot}; rename one`,
      );
    }
    seen.set(method.name, method);
  }
  return found;
}

/** True where engine and device can move a method's numbers: its package depends on the engine. */
export function usesEngine({ workspaceDependencies }: MethodEntry): boolean {
  return workspaceDependencies.includes('engine');
}

/** The workspace's packages, relative to its root. */
export function packageRoots(workspace: Workspace): string[] {
  const folder = join(workspace.root, 'packages');
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'package.json')))
    .map((name) => `packages/${name}`);
}

/** The methods of one package, by its folder relative to the workspace root; none where it declares none. @throws as `discoverMethods`. */
export function methodsOf(workspace: Workspace, packageRoot: string): MethodEntry[] {
  const path = `${packageRoot}/package.json`;
  const json = packageJson.parse(JSON.parse(readFileSync(join(workspace.root, path), 'utf8')));
  if (json.spotbench === undefined) return [];
  const result = declaration.safeParse(json.spotbench);
  if (!result.success) throw new SpotbenchError('bad-config', `${path}: "spotbench": ${z.prettifyError(result.error)}`);
  const workspaceDependencies = Object.keys({ ...json.dependencies, ...json.peerDependencies })
    .filter((name) => name.startsWith('@spotbench/'))
    .map((name) => name.slice('@spotbench/'.length))
    .sort();
  const declared = declaredMethods(result.data, json.name.split('/').at(-1)!);
  const installed = isOutsideGit(packageRoot);
  if (installed && declared.some(({ kind }) => kind === 'control'))
    throw new SpotbenchError(
      'bad-config',
      `${path}: "controls": only packages of this workspace may be controls, which are shown the test expression`,
    );
  return declared.map((method) => ({
    ...method,
    alone: method.alone && !installed,
    packageRoot,
    workspaceDependencies,
    views: viewsOf(method.views, `${path}: "spotbench": views of ${method.name}`),
  }));
}

/** The views of a method that lists none. */
export const DEFAULT_VIEWS: readonly FeatureView[] = ['patch'];

type Declared = Pick<MethodEntry, 'name' | 'kind' | 'entry' | 'alone' | 'seeded' | 'finetune'> & {
  views?: readonly string[];
};

function declaredMethods(found: Declaration, packageName: string): Declared[] {
  if ('method' in found) {
    const { method: entry, views, finetune } = found;
    return [{ name: packageName, kind: 'method', entry, alone: true, seeded: true, views, finetune }];
  }
  if ('methods' in found) {
    const { methods, views, finetune } = found;
    for (const [what, of] of Object.entries({ views, finetune })) {
      const other = Object.keys(of).find((name) => !Object.hasOwn(methods, name));
      if (other !== undefined) throw unknownName(`method with "${what}"`, other, Object.keys(methods));
    }
    return Object.entries(methods).map(([name, entry]) => {
      return {
        name,
        kind: 'method',
        entry,
        alone: false,
        seeded: true,
        views: Object.hasOwn(views, name) ? views[name] : undefined,
        finetune: Object.hasOwn(finetune, name) ? finetune[name] : undefined,
      };
    });
  }
  const { controls, seeded } = found;
  return Object.entries(controls).map(([name, entry]) => {
    return { name, kind: 'control', entry, alone: false, seeded: seeded.includes(name), finetune: undefined };
  });
}

function viewsOf(names: readonly string[] | undefined, where: string): readonly FeatureView[] {
  if (names === undefined) return DEFAULT_VIEWS;
  try {
    const views = names.map(featureView);
    if (new Set(views).size === views.length) return views;
  } catch (error) {
    if (!isSpotbenchError(error)) throw error;
    throw new SpotbenchError(error.tag, `${where}: ${error.message}`, { cause: error });
  }
  throw new SpotbenchError(
    'bad-config',
    `${where}: needed each view once, got ${names.join(', ')}; leave out the second`,
  );
}

/** The entry of one method. @throws SpotbenchError `unknown-name` listing the nearest. */
export function findMethod(entries: readonly MethodEntry[], name: string): MethodEntry {
  const entry = entries.find((m) => m.name === name);
  if (!entry)
    throw unknownName(
      'method',
      name,
      entries.map((m) => m.name),
    );
  return entry;
}
