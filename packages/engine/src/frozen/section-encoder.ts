import { extractSquares, requireInside, viewSquares, type FrozenEncoder } from '@spotbench/core';
import type { ImageInput } from './image-input.ts';
import { networkRequest, requestKey, type NetworkRequest } from './network-request.ts';
import { encodePatches, type PatchNetwork } from './patch-network.ts';

/** A frozen encoder that holds a network; `dispose` frees it, and the next `encode` opens it again. */
export interface NetworkEncoder extends FrozenEncoder {
  dispose(): Promise<void>;
}

/** What an encoder's network can be asked for, and how to open it. */
export interface SectionEncoderOptions {
  readonly name: string;
  readonly version: string;
  /** Features of an image or of a token, D. */
  readonly width: number;
  /** How the view `patch` is fed in. */
  readonly input: ImageInput;
  /** Smallest side of an image where the network takes any size; absent where it takes its own alone. */
  readonly smallestPx?: number;
  /** Whether the network can give its tokens, or the pixels of its last feature map, before they are pooled. */
  readonly hasTokens: boolean;
  /** The network for images of that size. */
  readonly open: (request: NetworkRequest) => Promise<PatchNetwork>;
}

/**
 * A network as core's `FrozenEncoder`: the squares of a view, centred as everywhere, black beyond the image's edge. One network
 * is open at a time, the one the last view needed.
 */
export function sectionEncoder(options: SectionEncoderOptions): NetworkEncoder {
  const { name, version, width, input } = options;
  const networks = oneNetwork(options.open);
  const encodeView: FrozenEncoder['encodeView'] = async (view, image, spots, onProgress) => {
    requireInside(image, spots);
    const { request, squaresOf } = networkRequest(options, view);
    const { rows, sidePx, centres } = viewSquares(squaresOf, spots, input.fieldOfViewPx ?? input.sizePx);
    const network = await networks.get(request(sidePx));
    const squares = extractSquares(image, centres, { fieldPx: sidePx, sizePx: network.input.sizePx });
    const values = await encodePatches(network, squares, centres.ids.length, onProgress);
    return { rows, tokens: values.length / (rows * width), width, values };
  };
  return {
    name,
    version,
    featureNames: Array.from({ length: width }, (_, d) => `${name}-${d}`),
    encode: async (image, spots, onProgress) => (await encodeView('patch', image, spots, onProgress)).values,
    encodeView,
    dispose: () => networks.dispose(),
  };
}

/** Opens networks, keeping only the one asked for last. */
function oneNetwork(open: (request: NetworkRequest) => Promise<PatchNetwork>) {
  let kept: { key: string; network: Promise<PatchNetwork> } | undefined;
  const dispose = async (): Promise<void> => {
    const last = kept;
    kept = undefined;
    await (await last?.network)?.dispose();
  };
  return {
    async get(request: NetworkRequest): Promise<PatchNetwork> {
      const key = requestKey(request);
      if (kept?.key !== key) {
        await dispose();
        kept = { key, network: open(request) };
      }
      return kept.network.catch((error: unknown) => {
        kept = undefined; // a failed opening is not kept
        throw error;
      });
    },
    dispose,
  };
}
