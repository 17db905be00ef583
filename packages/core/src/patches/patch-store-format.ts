import { z } from 'zod';

/** The kind of artefact a patch store is. */
export const PATCH_STORE = 'patches';

/** What the manifest of a patch store says of it. */
export const patchStoreMetaSchema = z.strictObject({
  views: z.array(z.strictObject({ name: z.string(), sizePx: z.int().positive(), wholeSlide: z.boolean() })),
  sections: z.array(
    z.strictObject({
      id: z.string(),
      /** Identity of the section's spots and their order. */
      spotsHash: z.string(),
      /** Number of patches, by view: N, or 1 of the whole slide. */
      rows: z.record(z.string(), z.int().nonnegative()),
      /** Side of the square of full-resolution image that a patch shows, by view. */
      fieldOfViewPx: z.record(z.string(), z.int().positive()),
    }),
  ),
});

export type PatchStoreMeta = z.infer<typeof patchStoreMetaSchema>;

/** The file of a section's patches under a view; any section id makes a file name. */
export function patchFile(section: string, view: string): string {
  return `${encodeURIComponent(section).replaceAll('.', '%2E')}/${view}.rgb`;
}
