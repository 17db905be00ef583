import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** What a tutorial has its reader do. */
export type Step =
  | {
      readonly kind: 'run';
      readonly where: string;
      readonly commands: readonly string[];
      readonly says: readonly string[];
    }
  | { readonly kind: 'write'; readonly where: string; readonly path: string; readonly text: string };

/**
 * The steps of a page, in order: lines of ```shell blocks are commands, a ```text block after one is what they say, and a block
 * whose opening names a path (```ts packages/...) is that file.
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const { where, language, path, lines } of blocksOf(page)) {
    const last = steps.at(-1);
    if (path !== undefined) steps.push({ kind: 'write', where, path, text: `${lines.join('\n')}\n` });
    else if (language === 'shell') steps.push({ kind: 'run', where, commands: lines, says: [] });
    else if (language === 'text' && last?.kind === 'run')
      steps[steps.length - 1] = { ...last, says: lines.filter((line) => line.trim() !== '') };
  }
  return steps;
}

/** Whether a line of what a page says is in what was said: `…` stands for anything within a line, spaces for any number of them. */
export function isSaid(line: string, output: string): boolean {
  const escaped = line.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(escaped.replaceAll(/\s*…/g, '.*').replaceAll(/\s+/g, '\\s+')).test(output);
}

interface Block {
  readonly where: string;
  readonly language: string;
  readonly path?: string;
  readonly lines: readonly string[];
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language, 2: path, 3: body, index }) => ({
      where: `${page}:${text.slice(0, index).split('\n').length}`,
      language,
      path,
      lines: body.trimEnd().split('\n'),
    }),
  );
}
