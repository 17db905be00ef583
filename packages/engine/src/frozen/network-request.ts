import { scalePx, SpotbenchError, type FeatureView } from '@spotbench/core';
import type { NetworkOutput } from './patch-network.ts';
import type { SectionEncoderOptions } from './section-encoder.ts';

/** A network as a view needs it. */
export interface NetworkRequest {
  /** Side of the images that go in. */
  readonly sizePx: number;
  readonly output: NetworkOutput;
}

/** Tells requests apart. */
export function requestKey({ sizePx, output }: NetworkRequest): string {
  return `${sizePx}/${output}`;
}

type Able = Pick<SectionEncoderOptions, 'name' | 'input' | 'smallestPx' | 'hasTokens'>;

/**
 * What a view asks of an encoder's network: which squares of the section it is shown (`squaresOf`), and, given their side, the
 * network. A network of any size sees tiles as they are, at the magnification of the patch; one of a fixed size sees them
 * enlarged to it. `tokens` are the network's own for the whole crop or, where it has none, its features of 7 x 7 cells, each
 * enlarged to the size it takes.
 *
 * @throws SpotbenchError `unsupported` for a scale or tile of a size the network does not take.
 */
export function networkRequest(
  able: Able,
  view: FeatureView,
): { squaresOf: FeatureView; request: (sidePx: number) => NetworkRequest } {
  const ownTokens = view === 'tokens' && able.hasTokens;
  return {
    squaresOf: ownTokens ? 'patch' : view,
    request: (sidePx) => {
      const sizePx = sizeFor(able, view, sidePx);
      requireSize(able, view, sizePx);
      return { sizePx, output: ownTokens ? 'tokens' : 'pooled' };
    },
  };
}

function sizeFor({ input, smallestPx }: Able, view: FeatureView, sidePx: number): number {
  const { sizePx, fieldOfViewPx = sizePx } = input;
  if (view === 'tiles' && smallestPx !== undefined) return Math.round((sidePx * sizePx) / fieldOfViewPx);
  return scalePx(view) ?? sizePx;
}

function requireSize({ name, input, smallestPx }: Able, view: FeatureView, sizePx: number): void {
  if (sizePx === input.sizePx || (smallestPx !== undefined && sizePx >= smallestPx)) return;
  const takes = smallestPx === undefined ? `${input.sizePx} x ${input.sizePx} px only` : `at least ${smallestPx} px`;
  throw new SpotbenchError(
    'unsupported',
    `encoder ${name}: view ${view} needs images of ${sizePx} x ${sizePx} px, its network takes ${takes}; ` +
      `choose an encoder of any image size, such as handcrafted or untrained-resnet18, or methods that do without the view`,
  );
}

/** Images that go through at once where `batchSize` of `fullPx` do: as many pixels, so that memory does not grow with a scale. */
export function batchAt(batchSize: number, fullPx: number, { sizePx }: NetworkRequest): number {
  return Math.max(1, Math.floor(batchSize * (fullPx / sizePx) ** 2));
}
