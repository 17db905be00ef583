import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A command that a page tells its reader to type. */
export interface DocumentedCommand {
  /** Page, relative to the repository root, and line. */
  readonly where: string;
  /** Words of the command line, without the environment before it. */
  readonly words: readonly string[];
}

/** Every page for people: the README, docs/, the packages' READMEs. */
export function pages(): string[] {
  const folder = (path: string): string[] =>
    readdirSync(join(ROOT, path))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${path}/${name}`);
  const packages = readdirSync(join(ROOT, 'packages')).flatMap((name) => folder(`packages/${name}`));
  return ['README.md', 'CONTRIBUTING.md', 'perf/README.md', ...folder('docs'), ...packages];
}

export function pageText(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** Optional environment, then npx, npm, node or nx. */
const COMMAND = /^((?:[A-Z_]+=\S+ )*)(npx|npm|spotbench) (.+)$/;

/** Commands of a page: lines of fenced blocks of shell or of no language, and inline code that begins as one. */
export function commandsOf(page: string): DocumentedCommand[] {
  const found: DocumentedCommand[] = [];
  let fence: string | undefined;
  for (const [i, line] of pageText(page).split('\n').entries()) {
    const opening = /^\s*```(\S*)/.exec(line);
    if (opening) {
      fence = fence === undefined ? opening[1] : undefined;
      continue;
    }
    const texts = fence === undefined ? inlineCode(line) : isShell(fence) ? [line] : [];
    for (const text of texts) {
      const words = wordsOf(text);
      if (words) found.push({ where: `${page}:${i + 1}`, words });
    }
  }
  return found;
}

const isShell = (language: string): boolean => ['', 'sh', 'bash', 'console'].includes(language);

function inlineCode(line: string): string[] {
  return [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
}

/** Splits at spaces outside quotes; a comment, or text set off by two spaces, ends the command. */
function wordsOf(text: string): string[] | undefined {
  const match = COMMAND.exec(text.trim().replace(/^\$ /, ''));
  if (!match) return undefined;
  const command = `${match[2]} ${match[3]}`.split(/\s{2,}|\s#\s/)[0];
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3]);
}
