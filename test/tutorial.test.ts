/** The tutorials of docs/, word for word: commands are run, files are written, what is said is said. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSaid, stepsOf } from './tutorial/steps.ts';
import { runStep } from './tutorial/run-steps.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const PAGES = [
  ['docs/adding-a-method.md', 7],
  ['docs/adding-a-dataset.md', 4],
] as const;

describe.each(PAGES)('%s', { timeout: 600_000 }, (page, count) => {
  let copy: WorkspaceCopy;
  beforeAll(() => {
    copy = copyWorkspace();
    cpSync(join(import.meta.dirname, '..', 'examples'), join(copy.root, 'examples'), { recursive: true });
  });
  afterAll(() => copy.remove());

  const steps = stepsOf(page);
  it('has all its steps', () => expect(steps).toHaveLength(count));
  for (const step of steps) {
    const what = step.kind === 'run' ? step.commands.join('; ') : `write ${step.path}`;
    it(`${step.where}: ${what}`, () => runStep(copy, step));
  }
});

describe('isSaid', () => {
  it.each([
    ['a  b…', 'x\na b c\n', true],
    ['a… c', 'a 1 2 c', true],
    ['a… c', 'a 1\n2 c', false],
    ['3 of 3', '3 of 4', false],
    ['a.b', 'axb', false],
  ])('%j in %j: %s', (line, output, expected) => expect(isSaid(line, output)).toBe(expected));
});
