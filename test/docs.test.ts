import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createParser } from '../packages/bench/src/cli/main.ts';
import { commandsOf, pages, pageText, type DocumentedCommand } from './docs/commands.ts';
import { anchorsOf, linksOf } from './docs/links.ts';
import { expectationOf, narrowed } from './docs/expectations.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const ROOT = join(import.meta.dirname, '..');
const all = pages().flatMap(commandsOf);
const text = ({ words }: DocumentedCommand): string => words.join(' ');

/** A name of a command, or one with a part for the reader to fill in, cannot be run as it stands. */
const isComplete = (command: DocumentedCommand): boolean =>
  command.words[0] !== 'spotbench' && !/[<>[\]…]|\.\.\./.test(text(command));

describe('pages', () => {
  it.each(pages())('%s: every link leads somewhere', (page) => {
    for (const { target, line } of linksOf(pageText(page))) {
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(ROOT, file)), `${page}:${line}: ${target}`).toBe(true);
      if (anchor && file.endsWith('.md')) {
        expect(anchorsOf(pageText(file)), `${page}:${line}: ${target}`).toContain(anchor);
      }
    }
  });

  it('are all reachable from the README', () => {
    const seen = new Set(['README.md']);
    for (const page of seen) {
      for (const { target } of linksOf(pageText(page))) {
        const file = join(dirname(page), target.split('#')[0]);
        if (file.endsWith('.md') && existsSync(join(ROOT, file))) seen.add(file);
      }
    }
    expect(pages().filter((page) => !seen.has(page) && page !== 'results/leaderboard.md')).toEqual([]);
  });
});

describe('commands in the pages', () => {
  const PARSED = new Error('parsed');

  it.each(all.filter(isComplete).filter(({ words }) => words[1] === 'spotbench'))(
    '$where: the command line takes $words',
    async ({ words }) => {
      const parser = createParser(words.slice(2)).middleware(() => {
        throw PARSED;
      }, false);
      await expect((async () => parser.parseAsync())()).rejects.toBe(PARSED);
    },
  );

  it('name scripts and Nx targets that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const { where, words } of all)
      if (words[0] === 'npm' && words[1] === 'run' && words[2] !== undefined)
        expect(Object.keys(scripts), where).toContain(words[2]);
  });
});

/** Each different command once, in a copy of the workspace, as written but for one fold of the demo cohort. */
describe('running the commands in the pages', { timeout: 300_000 }, () => {
  let copy: WorkspaceCopy;
  beforeAll(() => {
    copy = copyWorkspace();
    for (const name of ['runs', 'leaderboard.json'])
      cpSync(join(ROOT, 'results', name), join(copy.root, 'results', name), { recursive: true });
  });
  afterAll(() => copy.remove());

  const once = [...new Map(all.filter(isComplete).map((command) => [text(command), command])).values()];
  for (const command of once) {
    const expected = expectationOf(command.words);
    if ('skip' in expected) it.skip(`${text(command)}: ${expected.skip}`, () => undefined);
    else
      it(`${command.where}: ${text(command)}`, () => {
        const { code, stdout, stderr } = copy.command(narrowed(command.words), { SPOTBENCH_OFFLINE: '1' });
        expect(code, stderr + stdout).toBe(expected.code);
        expect(stdout + stderr).toMatch(expected.says);
      });
  }
});
