import { join } from 'node:path';
import { isSpotbenchError, readArtefactFile, readManifest, writeArtefact } from '@spotbench/core';
import sharp from 'sharp';
import { metaOf, type DataArtefact } from '../data/data-artefact.ts';
import { checkedImage } from '../features/build-features.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Thumbnail } from './site-input.ts';

/** `kind` of a section's small image. */
export const THUMBNAIL_KIND = 'spotbench-thumbnail';
/** Longest side, in pixels: twice the width it is shown at on a desktop. */
const SIDE_PX = 720;
/** A pathologist's slide has more pixels than sharp's own limit. */
const MOST_PIXELS = 2.5e9;

/**
 * The H&E image of a section, made small. Kept in the store under the hash of the image and the size, for a slide of a
 * gigapixel takes seconds to decode. Undefined where there is none to show: the image is gone, is another than was read, or is
 * of a kind that the image library does not decode. A report does not fail for want of a picture.
 */
export async function readThumbnail(
  workspace: Workspace,
  data: DataArtefact,
  section: string,
  dataRoot: string,
): Promise<Thumbnail | undefined> {
  const { file, widthPx, heightPx } = metaOf(data, section).image;
  const folder = join(workspace.store, 'thumbnails', `${data.meta.sources[file]?.sha256 ?? 'none'}-${SIDE_PX}`);
  try {
    const manifest = await readManifest(folder, THUMBNAIL_KIND);
    return { jpeg: await readArtefactFile(folder, manifest, 'tissue.jpg'), widthPx, heightPx };
  } catch (error) {
    if (!isSpotbenchError(error, 'missing-data', 'damaged-artefact')) throw error;
  }
  const jpeg = await makeSmall(data, section, dataRoot).catch(() => undefined);
  if (jpeg === undefined) return undefined;
  await writeArtefact(folder, THUMBNAIL_KIND, {}, { 'tissue.jpg': jpeg });
  return { jpeg, widthPx, heightPx };
}

async function makeSmall(data: DataArtefact, section: string, dataRoot: string): Promise<Buffer> {
  const { path } = await checkedImage(data, section, dataRoot);
  return sharp(path, { limitInputPixels: MOST_PIXELS, page: 0 })
    .resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .jpeg({ quality: 72 })
    .toBuffer();
}
