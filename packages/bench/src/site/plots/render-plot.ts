import { optimize, type Config } from 'svgo';
import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escape, Html } from '../html.ts';

/** A drawing and what it is called; `id` is unique in its page. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  /** What a reader who does not see the drawing should know. */
  readonly description: string;
  /** Vega-Lite, without title and config. */
  readonly spec: object;
}

const TEXT_PX = 11;
const TEXT_COLOUR = '#222';
/** A dot as the library draws it: a path around the place it is moved to. */
const CIRCLE =
  /<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A[^"]*" fill="([^"]+)"( fill-opacity="[\d.]+")? stroke-width="2"\/>/g;
/** Tenths of a pixel. Of the library's usual steps those that make these drawings smaller: the others take as long again. */
const OPTIMISED: Config = {
  floatPrecision: 1,
  plugins: [
    'cleanupNumericValues',
    'convertColors',
    'removeUnknownsAndDefaults',
    'convertShapeToPath',
    'moveElemsAttrsToGroup',
    'collapseGroups',
    'convertPathData',
    'convertTransform',
    'mergePaths',
    'removeUnusedNS',
  ],
};

/** Dark on white, thin lines: readable on paper. Size and colour of text are in the page's style too. */
const CONFIG = {
  aria: false,
  background: '#fff',
  font: 'sans-serif',
  view: { stroke: null },
  axis: {
    labelFontSize: TEXT_PX,
    titleFontSize: TEXT_PX,
    titleFontWeight: 'normal',
    labelColor: TEXT_COLOUR,
    titleColor: TEXT_COLOUR,
    gridColor: '#e3e3e3',
    domainColor: '#666',
    tickColor: '#666',
  },
  legend: {
    labelFontSize: TEXT_PX,
    titleFontSize: TEXT_PX,
    titleFontWeight: 'normal',
    labelColor: TEXT_COLOUR,
    titleColor: TEXT_COLOUR,
  },
} as const;

/**
 * Draws a plot as SVG text with a title and a description for screen readers. The same plot gives the same text, whatever was
 * drawn before it.
 */
export async function renderPlot({ id, title, description, spec }: Plot): Promise<Html> {
  resetSVGDefIds();
  const compiled = compile({ ...spec, config: CONFIG } as unknown as TopLevelSpec);
  const view = new View(parse(compiled.spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return new Html(compact(svg, id, escape(title), escape(description)));
}

/** Names the drawing, makes its internal names the page's own, and leaves out what draws nothing. */
function compact(svg: string, id: string, title: string, description: string): string {
  const bare = svg
    .replaceAll(/<path class="(background|foreground)"[^>]*\/>/g, '')
    .replaceAll(/ (class|pointer-events|aria-hidden|aria-roledescription|role|font-family|font-weight)="[^"]*"/g, '')
    .replaceAll(/ (opacity|fill-opacity)="1"/g, '')
    .replaceAll(` font-size="${TEXT_PX}px" fill="${TEXT_COLOUR}"`, '')
    .replaceAll(CIRCLE, '<circle cx="$1" cy="$2" r="$3" fill="$4"$5/>');
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const body = optimize(bare, OPTIMISED)
    .data.replace(/^<svg[^>]*>/, '')
    .replaceAll(/ id="([^"]+)"/g, ` id="${id}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${id}-$1)`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="sans-serif" role="img" aria-labelledby="${id}-title ${id}-desc">` +
    `<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${body}`
  );
}
