import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoardRow } from '../report/board-schema.ts';
import { html, Html } from './html.ts';
import { pagePaths } from './site-names.ts';

/** What every page says. */
export interface Shell {
  readonly synthetic: string | undefined;
  readonly datasets: readonly string[];
  readonly mode: 'local' | 'published';
}

/** One page. */
export interface Page {
  /** From the site's root. */
  readonly path: string;
  readonly title: string;
  readonly body: Html;
  /** Name of a script below assets, beside the one that all pages have. */
  readonly script?: string;
}

const asset = (name: string): Html =>
  new Html(readFileSync(join(import.meta.dirname, 'assets', name), 'utf8').replaceAll('</', '<\\/'));

/** The page as a whole document: style and script are in it, so that it works from any folder and without a server. */
export function renderPage(shell: Shell, { path, title, body, script }: Page): string {
  const up = '../'.repeat(path.split('/').length - 1);
  const link = (to: string, text: string): Html =>
    html`<li><a href="${up}${to}" ${to === path && new Html('aria-current="page"')}>${text}</a></li>`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - SpotBench</title>
        <link rel="icon" href="data:," />
        <style>
          ${asset('site.css')}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header class="site">
          <span class="name">SpotBench</span>
          <nav aria-label="Pages">
            <ul>
              ${link(pagePaths.index, 'Leaderboard')}${shell.datasets.map((id) => link(pagePaths.dataset(id), id))}${link(pagePaths.howToRead, 'How to read')}
            </ul>
          </nav>
        </header>
        <main id="main">
          ${shell.synthetic !== undefined && html`<p class="notice synthetic">${shell.synthetic}</p>`}
          ${unindented(body)}
        </main>
        <script>
          ${asset('site.js')};
        </script>
        ${
          script !== undefined &&
          html`<script>
            ${asset(script)};
          </script>`
        }
      </body>
    </html> `;
  return document.text;
}

/** Without the source's indentation, which is a tenth of a page. */
function unindented({ text }: Html): Html {
  return new Html(text.replaceAll(/\s*\n\s*/g, '\n'));
}

/** What a row is, where it is not a method that was run here. */
export function kindTag(kind: BoardRow['kind']): Html | false {
  return kind !== 'method' && html`<span class="tag">${kind}</span>`;
}

/** A drawing with its caption. */
export function figure(svg: Html, caption: string | Html, kind = ''): Html {
  return html`<figure class="${kind}">
    ${svg}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** A wide table that scrolls by itself, so that the page does not; its caption stands above and wraps at the page's width. */
export function scrolling(label: string, caption: string, table: Html): Html {
  return html`<p class="small">${caption}</p>
    <div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** A command with a button that copies it. */
export function command(text: string): Html {
  return html`<span class="command"
    ><code>${text}</code><button type="button" class="copy needs-script">Copy</button></span
  >`;
}
