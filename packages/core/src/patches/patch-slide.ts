import type { SectionImage } from '../contracts/section.ts';
import type { Spots } from '../contracts/spots.ts';
import { hashValue } from '../hash/sha256.ts';

/** A section whose patches are cut. */
export interface PatchSlide {
  /** Section id, unique within the data set. */
  readonly id: string;
  readonly image: SectionImage;
  readonly spots: Spots;
  /** Scale of the full-resolution image, for views in micrometres. */
  readonly micrometresPerPx?: number;
}

/**
 * Identity of a section's rows: SHA-256 over names and centres of its spots, in order. A store made for other spots, or the
 * same in another order, has another.
 */
export function spotsHash({ ids, pixelX, pixelY }: Spots): string {
  return hashValue({ ids, pixelX: Array.from(pixelX), pixelY: Array.from(pixelY) });
}
