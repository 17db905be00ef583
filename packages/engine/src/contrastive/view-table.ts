import { SpotbenchError, type FeatureView, type Slide, type ViewFeatures } from '@spotbench/core';
import { concatenate } from './concatenate.ts';

/** One view of the frozen features of several sections' spots. N spots. */
export interface ViewTable {
  /** Tokens of each row, T. */
  readonly tokens: number;
  /** Features of each token, D. */
  readonly width: number;
  /** [rows, T, D] */
  readonly values: Float32Array;
  /** Row of each spot; spots of a section share one where the view is of the whole section. [N] */
  readonly rowOf: Uint32Array;
}

/** Views of the same spots, by name. */
export type ViewTables = Readonly<Partial<Record<FeatureView, ViewTable>>>;

/**
 * Joins the views of sections.
 *
 * @throws SpotbenchError `missing-data` where a section lacks a view, `bad-data` when sections or views differ in width.
 */
export function viewTables(slides: readonly Slide[], views: readonly FeatureView[]): ViewTables {
  const tables = views.map((view) => [view, viewTable(slides, view)] as const);
  const width = tables[0]?.[1].width;
  for (const [view, table] of tables) {
    if (table.width === width) continue;
    throw new SpotbenchError(
      'bad-data',
      `view ${view}: needed ${width} features a token as view ${views[0]} has, got ${table.width}`,
    );
  }
  return Object.fromEntries(tables);
}

/** Applies a function to every view. */
export function mapViews<T, U>(
  views: Readonly<Partial<Record<FeatureView, T>>>,
  change: (table: T, view: FeatureView) => U,
): Readonly<Partial<Record<FeatureView, U>>> {
  return Object.fromEntries(
    Object.entries(views as Readonly<Record<string, T>>).map(([view, table]) => [
      view,
      change(table, view as FeatureView),
    ]),
  );
}

function viewTable(slides: readonly Slide[], view: FeatureView): ViewTable {
  const parts = slides.map((slide) => viewOf(slide, view));
  const { tokens, width } = parts[0] ?? { tokens: 1, width: 0 };
  parts.forEach((part, i) => requireSize(slides[i].id, view, part, { tokens, width }));
  const rowOf = slides.map(({ spots }) => new Uint32Array(spots.ids.length));
  let row = 0;
  parts.forEach(({ rows }, i) => {
    rowOf[i].forEach((_, spot) => (rowOf[i][spot] = row + (rows === 1 ? 0 : spot)));
    row += rows;
  });
  return {
    tokens,
    width,
    values: concatenate(parts.map(({ values }) => values)),
    rowOf: Uint32Array.from(rowOf.flatMap((rows) => [...rows])),
  };
}

function viewOf(slide: Slide, view: FeatureView): ViewFeatures {
  const found = view === 'patch' ? patchOf(slide) : slide.views?.[view];
  if (found === undefined) {
    throw new SpotbenchError(
      'missing-data',
      `section ${slide.id}: the frozen regime needs image features of view ${view}, got none; ` +
        `does the method's package.json list it under "views"?`,
    );
  }
  const spots = slide.spots.ids.length;
  if (found.rows === spots || (view === 'slide' && found.rows === 1)) return found;
  throw new SpotbenchError('bad-data', `section ${slide.id}, view ${view}: needed ${spots} rows, got ${found.rows}`);
}

function patchOf({ features, spots }: Slide): ViewFeatures | undefined {
  if (features === undefined) return undefined;
  return { rows: spots.ids.length, tokens: 1, width: features.names.length, values: features.values };
}

function requireSize(
  section: string,
  view: FeatureView,
  got: ViewFeatures,
  needed: Pick<ViewFeatures, 'tokens' | 'width'>,
): void {
  if (got.tokens === needed.tokens && got.width === needed.width) return;
  throw new SpotbenchError(
    'bad-data',
    `section ${section}, view ${view}: needed ${needed.tokens} x ${needed.width} features a spot as in the first ` +
      `section, got ${got.tokens} x ${got.width}`,
  );
}
