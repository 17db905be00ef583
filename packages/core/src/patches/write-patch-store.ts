import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { type ArtefactManifest, recordFile, writeArtefactFolder } from '../store/artefact.ts';
import { extractPatches } from './extract-patches.ts';
import { patchFile, PATCH_STORE, type PatchStoreMeta } from './patch-store-format.ts';
import { type PatchSlide, spotsHash } from './patch-slide.ts';
import { fieldOfView, type PatchView, patchViewSchema } from './patch-view.ts';

export interface PatchStoreContents {
  readonly slides: readonly PatchSlide[];
  readonly views: readonly PatchView[];
  /** Called with the number of patches written, and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Cuts the patches of every slide under every view and writes them as an artefact: a raw file for each section and view,
 * 8 bit, [N, sizePx, sizePx, 3], rows in the order of the section's spots, and the manifest. Each slide is passed over once;
 * memory does not grow with the slide or the number of spots (see `extractPatches`). What stood in `folder` before is replaced
 * when all is written.
 * @throws SpotbenchError `bad-config` for views that cannot be cut, otherwise as `extractPatches` does.
 */
export async function writePatchStore(
  folder: string,
  { slides, views, onProgress }: PatchStoreContents,
): Promise<ArtefactManifest> {
  checkViews(views);
  checkSlides(slides);
  const meta = describeStore(slides, views);
  const total = meta.sections.reduce((sum, { rows }) => sum + Object.values(rows).reduce((s, n) => s + n, 0), 0);
  let done = 0;
  return writeArtefactFolder(folder, PATCH_STORE, meta, async (temporary) => {
    for (const slide of slides) await writeSlide(temporary, slide, views, () => onProgress?.(++done, total));
    const names = slides.flatMap(({ id }) => views.map((view) => patchFile(id, view.name)));
    const files: ArtefactManifest['files'] = {};
    for (const name of names) files[name] = await recordFile(join(temporary, name));
    return files;
  });
}

async function writeSlide(
  folder: string,
  slide: PatchSlide,
  views: readonly PatchView[],
  onPatch: () => void,
): Promise<void> {
  const files = new Map<PatchView, FileHandle>();
  try {
    for (const view of views) {
      const path = join(folder, patchFile(slide.id, view.name));
      await mkdir(dirname(path), { recursive: true });
      files.set(view, await open(path, 'wx'));
    }
    for await (const { view, row, pixels } of extractPatches(slide, views)) {
      await writeAll(files.get(view)!, pixels, row * pixels.length);
      onPatch();
    }
    for (const file of files.values()) await file.sync();
  } finally {
    for (const file of files.values()) await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, from, bytes.length - from, position + from);
    from += bytesWritten;
  }
}

function describeStore(slides: readonly PatchSlide[], views: readonly PatchView[]): PatchStoreMeta {
  return {
    views: views.map(({ name, sizePx, wholeSlide = false }) => ({ name, sizePx, wholeSlide })),
    sections: slides.map((slide) => ({
      id: slide.id,
      spotsHash: spotsHash(slide.spots),
      rows: Object.fromEntries(views.map((view) => [view.name, view.wholeSlide ? 1 : slide.spots.ids.length])),
      fieldOfViewPx: Object.fromEntries(views.map((view) => [view.name, fieldOfView(view, slide)])),
    })),
  };
}

function checkViews(views: readonly PatchView[]): void {
  if (views.length === 0) throw new SpotbenchError('bad-config', 'patch store: needed at least one view, found none');
  for (const view of views) {
    const issue = patchViewSchema.safeParse(view).error?.issues[0];
    if (issue)
      throw new SpotbenchError('bad-config', `patch view "${view.name}": ${issue.path.join('.')} ${issue.message}`);
  }
  checkDistinct(
    'view',
    views.map(({ name }) => name),
  );
}

function checkSlides(slides: readonly PatchSlide[]): void {
  checkDistinct(
    'section',
    slides.map(({ id }) => id),
  );
}

function checkDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new SpotbenchError('bad-config', `patch store: needed distinct ${what} names, found "${twice}" twice`);
}
