import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashValue, sha256 } from '@spotbench/core';
import type { Workspace } from '../workspace/workspace.ts';
import { isOutsideGit } from './installed.ts';
import type { MethodEntry } from './methods.ts';

/**
 * The source that decides a cell's numbers, as files and folders relative to the workspace root: the method's own
 * (its whole package; of a control its file and src/shared; of submitted predictions they themselves), that of the packages it depends on, and the part of the bench that
 * runs and scores cells. The same list is the cell's input for the task cache and, hashed, its `codeHash`.
 */
export function codeOf(method: MethodEntry): string[] {
  const own =
    method.kind === 'control'
      ? [`${method.packageRoot}/${method.entry.replace(/^\.\//, '')}`, `${method.packageRoot}/src/shared`]
      : [isOutsideGit(method.packageRoot) ? method.packageRoot : `${method.packageRoot}/src`];
  return [...own, ...method.workspaceDependencies.map((name) => `packages/${name}/src`), ...benchCode];
}

/** The part of the bench that decides a number: reading stored data and features, running a cell, scoring. */
const benchCode = ['packages/bench/src/cell', 'packages/bench/src/data', 'packages/bench/src/features'];

/** Source that decides what reading a data set gives. */
export const readerCode: readonly string[] = [
  ...['readers', 'counts', 'images', 'splits'].map((folder) => `packages/core/src/${folder}`),
  'packages/bench/src/data',
];

/** Source that decides a data set's features under an encoder; networks run on the engine. */
export function encoderCode(encoder: string): string[] {
  const own =
    encoder === 'handcrafted'
      ? ['packages/core/src/handcrafted']
      : ['backbones', 'compile', 'engines', 'frozen', 'initialisers', 'layers'].map(
          (folder) => `packages/engine/src/${folder}`,
        );
  const shared = ['geometry', 'images', 'views'].map((folder) => `packages/core/src/${folder}`);
  return [...own, ...shared, 'packages/bench/src/features'];
}

/** An input of a task, as Nx takes them. */
export type NxInput = string | { readonly runtime: string };

/**
 * Nx inputs for source: every TypeScript file below the folders, tests left out. What is not in git Nx does not see: a command
 * says what is there.
 */
export function nxInputs(sources: readonly string[]): NxInput[] {
  return [...sources.map(nxInput), '!{workspaceRoot}/packages/**/*.test.ts'];
}

function nxInput(source: string): NxInput {
  if (isOutsideGit(source)) return { runtime: `node packages/bench/bin/content-hash.mjs ${source}` };
  return source.endsWith('.ts') ? `{workspaceRoot}/${source}` : `{workspaceRoot}/${source}/**/*.ts`;
}

/**
 * SHA-256 over names and contents of the TypeScript files in `sources`, tests left out; outside git, of all files. Missing
 * folders count as empty.
 */
export function codeHash(workspace: Workspace, sources: readonly string[]): string {
  return hashOfFiles(codeFiles(workspace, sources));
}

/** SHA-256 of each of those files, by path, in order. */
export function codeFiles(workspace: Workspace, sources: readonly string[]): Record<string, string> {
  const files = [...new Set(sources.flatMap((source) => filesOf(workspace.root, source)))].sort();
  return Object.fromEntries(files.map((file) => [file, sha256(readFileSync(join(workspace.root, file)))]));
}

/** The code hash of files by path. */
export function hashOfFiles(files: Readonly<Record<string, string>>): string {
  return hashValue(Object.entries(files));
}

function filesOf(root: string, source: string): string[] {
  const stat = statSync(join(root, source), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [source];
  const files = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).map((f) => `${source}/${f}`);
  return isOutsideGit(source)
    ? files.filter((file) => statSync(join(root, file)).isFile())
    : files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
}
