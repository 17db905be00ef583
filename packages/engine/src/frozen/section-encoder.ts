import {
  createPatchReader,
  decodeImage,
  SpotbenchError,
  type FrozenEncoder,
  type RgbImage,
  type SectionImage,
  type Spots,
} from '@spotbench/core';
import { encodePatches, type PatchNetwork } from './patch-network.ts';

/** A frozen encoder that holds a network; `dispose` frees it, and the next `encode` opens it again. */
export interface NetworkEncoder extends FrozenEncoder {
  dispose(): Promise<void>;
}

/** Name, version, number of features, and how to open the network on first use. */
export interface SectionEncoderOptions {
  readonly name: string;
  readonly version: string;
  readonly width: number;
  readonly open: () => Promise<PatchNetwork>;
}

/** A network as core's `FrozenEncoder`: one patch around each spot, centred as everywhere, black beyond the image's edge. */
export function sectionEncoder({ name, version, width, open }: SectionEncoderOptions): NetworkEncoder {
  let network: Promise<PatchNetwork> | undefined;
  return {
    name,
    version,
    featureNames: Array.from({ length: width }, (_, d) => `${name}-${d}`),
    async encode(image, spots, onProgress) {
      requireInside(image, spots);
      network ??= open();
      const opened = await network.catch((error: unknown) => {
        network = undefined; // a failed opening is not kept
        throw error;
      });
      const rows = Array.from({ length: spots.ids.length }, (_, row) => row);
      return encodePatches(opened, createPatchReader(decodedOnce(image), spots), rows, onProgress);
    },
    async dispose() {
      const opened = network;
      network = undefined;
      await (await opened)?.dispose();
    },
  };
}

/** The decoded image, kept for as long as the section is encoded. */
function decodedOnce(image: SectionImage): () => Promise<RgbImage> {
  let decoded: Promise<RgbImage> | undefined;
  return () => (decoded ??= decodeImage(image));
}

function requireInside({ path, widthPx, heightPx }: SectionImage, { ids, pixelX, pixelY }: Spots): void {
  const outside = ids.findIndex(
    (_, i) => !(pixelX[i] >= 0 && pixelX[i] < widthPx && pixelY[i] >= 0 && pixelY[i] < heightPx),
  );
  if (outside < 0) return;
  throw new SpotbenchError(
    'bad-data',
    `${path}: spot ${ids[outside]} must lie inside the image of ${widthPx} x ${heightPx} px, got (${pixelX[outside]}, ${pixelY[outside]}); ` +
      `do the spot and image files belong to one section?`,
  );
}
