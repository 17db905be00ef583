import { join } from 'node:path';
import { isSpotbenchError, readArtefactFile, readManifest, writeArtefact } from '@spotbench/core';
import sharp from 'sharp';
import { metaOf, type DataArtefact } from '../data/data-artefact.ts';
import { checkedImage } from '../features/build-features.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Thumbnail } from './site-input.ts';

const KIND = 'spotbench-thumbnail';
/** Longest side, in pixels: twice the width it is shown at on a desktop. */
const SIDE_PX = 720;
/** A pathologist's slide has more pixels than sharp's own limit. */
const MOST_PIXELS = 2.5e9;

/**
 * The H&E image of a section, made small. Kept in the store under the hash of the image and the size, for a slide of a
 * gigapixel takes seconds to decode.
 * @throws SpotbenchError `missing-data` where the image is gone, `bad-data` where it is another than was read.
 */
export async function readThumbnail(
  workspace: Workspace,
  data: DataArtefact,
  section: string,
  dataRoot: string,
): Promise<Thumbnail> {
  const { file, widthPx, heightPx } = metaOf(data, section).image;
  const folder = join(workspace.store, 'thumbnails', `${data.meta.sources[file]?.sha256 ?? 'none'}-${SIDE_PX}`);
  try {
    const manifest = await readManifest(folder, KIND);
    return { jpeg: await readArtefactFile(folder, manifest, 'tissue.jpg'), widthPx, heightPx };
  } catch (error) {
    if (!isSpotbenchError(error, 'missing-data', 'damaged-artefact')) throw error;
  }
  const { path } = await checkedImage(data, section, dataRoot);
  const jpeg = await sharp(path, { limitInputPixels: MOST_PIXELS, page: 0 })
    .resize(SIDE_PX, SIDE_PX, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .jpeg({ quality: 72 })
    .toBuffer();
  await writeArtefact(folder, KIND, {}, { 'tissue.jpg': jpeg });
  return { jpeg, widthPx, heightPx };
}
