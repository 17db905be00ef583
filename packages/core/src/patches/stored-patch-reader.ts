import type { PatchReader } from '../contracts/slide.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { lookUp } from '../errors/unknown-name.ts';
import { PATCH_PX } from '../images/patch-reader.ts';
import type { PatchStore } from './patch-store.ts';

/**
 * The patches of one section as `createPatchReader` gives them, byte for byte, out of a store: of the view that has the size
 * and field of view that is asked for.
 * @throws SpotbenchError `unknown-name` for a section that is not in the store; when reading, `missing-data` for a size and
 * field of view that no view has.
 */
export function createStoredPatchReader(store: PatchStore, section: string): PatchReader {
  const stored = lookUp('section', section, Object.fromEntries(store.sections.map((entry) => [entry.id, entry])));
  // A view of the whole slide has one patch, whatever the spot.
  const views = store.views.filter(({ wholeSlide }) => !wholeSlide);
  return {
    async read(rows, { sizePx = PATCH_PX, fieldOfViewPx = sizePx } = {}) {
      const view = views.find(
        ({ name, sizePx: side }) => side === sizePx && stored.fieldOfViewPx[name] === fieldOfViewPx,
      );
      if (view === undefined) {
        const found = views.map(({ name, sizePx: side }) => `${side} of ${stored.fieldOfViewPx[name]}`).join(', ');
        throw new SpotbenchError(
          'missing-data',
          `${store.folder}: needed patches of ${sizePx} px that show ${fieldOfViewPx} px of section ${section}, found ${found}; ` +
            'write the store with such a view',
        );
      }
      return store.read(section, rows, view.name);
    },
  };
}
