import { z } from 'zod';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import type { PatchSlide } from './patch-slide.ts';

const pixels = z.int().positive();

export const patchViewSchema = z
  .strictObject({
    name: z.string().regex(/^[\w-]+$/, 'letters, digits, - and _ only: it names a file'),
    /** Side of the stored patch. */
    sizePx: pixels,
    /** Side of the square of full-resolution image that a patch shows; one for all sections, or one for each by id. */
    fieldOfViewPx: z.union([pixels, z.record(z.string(), pixels)]).optional(),
    /** The same in micrometres, for slides whose scale is known. */
    fieldOfViewUm: z.number().positive().optional(),
    /** One patch for the section instead of one a spot: the whole slide in the middle of a black square. */
    wholeSlide: z.literal(true).optional(),
  })
  .refine(
    (view) => [view.fieldOfViewPx, view.fieldOfViewUm, view.wholeSlide].filter((v) => v !== undefined).length <= 1,
    'give one of fieldOfViewPx, fieldOfViewUm and wholeSlide',
  );

/** A way of cutting patches: how large they are and how much of the slide they show. Without a field of view, `sizePx` of it. */
export type PatchView = z.infer<typeof patchViewSchema>;

/**
 * Side of the square of `slide` that a patch of `view` shows, pixels; micrometres are rounded to whole pixels.
 * @throws SpotbenchError `bad-config` when the view needs a scale or a field of view that this slide is not given.
 */
export function fieldOfView(view: PatchView, slide: PatchSlide): number {
  if (view.wholeSlide) return Math.max(slide.image.widthPx, slide.image.heightPx);
  if (view.fieldOfViewUm !== undefined) return inPixels(view.fieldOfViewUm, view, slide);
  const px = view.fieldOfViewPx ?? view.sizePx;
  if (typeof px === 'number') return px;
  if (!Object.hasOwn(px, slide.id))
    throw new SpotbenchError(
      'bad-config',
      `patch view "${view.name}": needed a field of view of section ${slide.id}, found those of ${Object.keys(px).join(', ')}; add it`,
    );
  return px[slide.id];
}

function inPixels(micrometres: number, view: PatchView, slide: PatchSlide): number {
  const scale = slide.micrometresPerPx;
  if (scale === undefined || !(scale > 0))
    throw new SpotbenchError(
      'bad-config',
      `patch view "${view.name}": ${micrometres} um of section ${slide.id} need its micrometres per pixel, found ${String(scale)}; ` +
        'give them, or fieldOfViewPx',
    );
  return Math.max(1, Math.round(micrometres / scale));
}
