/** A link of a page to a place in this repository. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** Links and images of a page that are not web addresses; fenced blocks left out. */
export function linksOf(markdown: string): Link[] {
  const found: Link[] = [];
  let fenced = false;
  for (const [i, line] of markdown.split('\n').entries()) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    if (fenced) continue;
    for (const [, target] of line.matchAll(/\]\(([^)\s]+)\)/g))
      if (!/^[a-z]+:/.test(target)) found.push({ target, line: i + 1 });
  }
  return found;
}

/** The anchors that headings of a page get: lower case, spaces as hyphens, other punctuation dropped. */
export function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}
