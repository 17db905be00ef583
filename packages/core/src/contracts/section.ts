import type { CountMatrix } from './counts.ts';
import type { Spots } from './spots.ts';

/** A section's H&E image on disk. */
export interface SectionImage {
  /** Absolute path of the file. */
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a reader did to get from the files to a section: every rule that dropped or changed something, counted. */
export interface ReadReport {
  /** Name of the rule, e.g. `spots-without-counts`, and how often it applied. */
  readonly [rule: string]: number;
}

/** One tissue section as read: spots, counts and image. The bench's view; methods get a `Slide` or a `TrainingSlide`. */
export interface Section {
  readonly id: string;
  readonly patient: string;
  readonly spots: Spots;
  readonly counts: CountMatrix;
  readonly image: SectionImage;
  readonly report: ReadReport;
}
