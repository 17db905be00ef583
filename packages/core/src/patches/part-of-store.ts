import type { PatchStore } from './patch-store.ts';

/**
 * The patches of some spots of one section, as a store of that section alone: row i is row `rows[i]` of `whole`, and no other can
 * be read. Of the view of the whole slide there is still the one patch. It is open as long as `whole` is.
 */
export function partOfStore(whole: PatchStore, section: string, rows: readonly number[]): PatchStore {
  const isWholeSlide = (view: string): boolean =>
    whole.views.some(({ name, wholeSlide }) => name === view && wholeSlide);
  const sections = whole.sections
    .filter(({ id }) => id === section)
    .map((found) => ({
      ...found,
      rows: Object.fromEntries(
        Object.entries(found.rows).map(([view, n]) => [view, isWholeSlide(view) ? n : rows.length]),
      ),
    }));
  return {
    ...whole,
    sections,
    part: { of: whole, rows },
    read(asked, spots, view) {
      if (asked !== section) throw new RangeError(`patches: needed section ${section}, got ${asked}`);
      if (isWholeSlide(view)) return whole.read(section, spots, view);
      return whole.read(section, Array.from(spots, storedRow(section, rows)), view);
    },
    close: () => Promise.resolve(),
  };
}

function storedRow(section: string, rows: readonly number[]): (row: number) => number {
  return (row) => {
    if (!(row in rows))
      throw new RangeError(`patches: section ${section}: row must be in 0..${rows.length - 1}, got ${row}`);
    return rows[row];
  };
}
