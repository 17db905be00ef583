import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookUp, SpotbenchError } from '@spotbench/core';
import { LONGEST_METHOD_NAME, METHOD_NAME } from '../../registry/method-name.ts';
import { discoverMethods } from '../../registry/methods.ts';
import { REQUIRED_CONTROLS } from '../../report/controls.ts';
import { workspaceAt } from '../../workspace/workspace.ts';
import { formatted } from '../format.ts';
import type { Afterwards, Tree } from '../tree.ts';
import { packageJson } from './package-json.ts';

/** What `nx g @spotbench/bench:method` takes. */
export interface MethodOptions {
  readonly name: string;
  readonly kind?: string;
  readonly title?: string;
  readonly licence?: string;
}

/** What the files of a kind are, for its README. */
const KINDS = {
  contrastive: { model: 'image encoder and spot encoder', loss: 'the symmetric contrastive loss' },
  regression: { model: 'expression as a function of the image features', loss: 'the squared error' },
} as const;
export type MethodKind = keyof typeof KINDS;

const FILES = join(import.meta.dirname, 'files');

/**
 * Writes the package of a new method below packages/. It is a method as it stands: it passes `spotbench method check` and its
 * own test, and nothing else has to be edited or installed.
 *
 * @throws SpotbenchError `bad-config` for a name that cannot be one, is taken, or whose folder exists; `unknown-name` for a kind.
 */
export async function generateMethod(tree: Tree, options: MethodOptions): Promise<Afterwards> {
  const { name, kind = 'contrastive', licence = 'MIT' } = options;
  const about = lookUp('kind of method', kind, KINDS);
  requireFree(tree, name);
  const words: Readonly<Record<string, string>> = {
    name,
    licence,
    title: options.title ?? titleOf(name),
    'what-model': about.model,
    'what-loss': about.loss,
  };
  const folder = `packages/${name}`;
  tree.write(`${folder}/package.json`, packageJson(tree, kind as MethodKind, words));
  for (const set of ['common', kind]) {
    for (const file of templatesOf(set)) {
      const path = `${folder}/${file.replace(/\.template$/, '')}`;
      const text = readFileSync(join(FILES, set, file), 'utf8');
      tree.write(path, await formatted(path, fillIn(text, words, path)));
    }
  }
  return () => process.stdout.write(nextSteps(name, folder));
}

function requireFree(tree: Tree, name: string): void {
  const refuse = (what: string): never => {
    throw new SpotbenchError('bad-config', `method "${name}": ${what}`);
  };
  if (!METHOD_NAME.test(name) || name.length > LONGEST_METHOD_NAME)
    refuse(`needed lower-case letters, digits and single hyphens, at most ${LONGEST_METHOD_NAME}, e.g. my-method`);
  if (tree.exists(`packages/${name}`)) refuse(`packages/${name} is there already; choose another name or remove it`);
  const taken = discoverMethods(workspaceAt(tree.root)).find((method) => method.name === name);
  if (taken) refuse(`${taken.packageRoot} has a ${taken.kind} of that name; choose another`);
}

/** `my-method` as `My method`. */
function titleOf(name: string): string {
  const text = name.replaceAll('-', ' ');
  return text[0].toUpperCase() + text.slice(1);
}

function templatesOf(set: string): string[] {
  const files = readdirSync(join(FILES, set), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.template')).sort();
}

/** Replaces `__word__`; of a text in quotes, quotes and backslashes are escaped. */
function fillIn(text: string, words: Readonly<Record<string, string>>, path: string): string {
  const escaped = (value: string): string =>
    path.endsWith('.ts') ? value.replaceAll('\\', '\\\\').replaceAll("'", "\\'") : value;
  return text.replaceAll(/__([a-z-]+)__/g, (_, word: string) => escaped(lookUp('word of a template', word, words)));
}

function nextSteps(name: string, folder: string): string {
  return `
${folder} is a method now. Make it yours in src/model.ts and src/loss.ts.

  npx spotbench method check ${name}
  npx vitest run ${folder}
  npx spotbench run --dataset demo --protocol patient-out --method ${name},${REQUIRED_CONTROLS.join(',')}

The last runs it beside the controls, without which nobody is ranked.

Before you commit it, npm install and npm run lock put it into package-lock.json.
`;
}
