import type { Spots } from '@spotbench/core';
import type { SectionPrediction } from '../cell/predictions.ts';
import type { Cell } from '../plan/cell-id.ts';
import type { Board } from '../report/board-schema.ts';
import type { FinishedCell } from '../report/read-runs.ts';
import type { RunRecord } from '../results/run-record.ts';

/** A finished cell. What is large is read when a page needs it, and not kept. */
export interface SiteCell {
  readonly cell: Cell;
  readonly record: RunRecord;
  /** Scores by section and gene, and the genes of every set. */
  readonly scores: () => Promise<FinishedCell>;
  /** curve.csv as text; undefined where the method has no training curve. */
  readonly curve: () => Promise<string | undefined>;
  /** Stored predictions of its test sections; undefined where they are not at hand. */
  readonly predictions: () => Promise<readonly SectionPrediction[] | undefined>;
}

/** Where the spots of a section lie on its image, in pixels of the full resolution. */
export type SpotPositions = Pick<Spots, 'ids' | 'pixelX' | 'pixelY'>;

/** A small H&E picture of a section. */
export interface Thumbnail {
  readonly jpeg: Uint8Array;
  /** Size of the full-resolution image that it stands for: the frame of the spots' pixel coordinates. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What the site needs to know of a data set beside its numbers. */
export interface SiteDataset {
  readonly id: string;
  readonly title: string;
  readonly organ: string;
  readonly technology: string;
  readonly licence: string;
  readonly citation: string;
  /** Genes of the map picker; undefined where no marker list is published, then the most variable genes are shown. */
  readonly markers: { readonly genes: readonly string[]; readonly source: string } | undefined;
  /** Positions of a section's spots; undefined where the data set is not on this machine. */
  readonly spots: (section: string) => Promise<SpotPositions | undefined>;
  /**
   * Measured expression of a section in a protocol's units, for the genes that the protocol predicts in that fold, all of them:
   * some units divide by their total. [N, G]; undefined where it is not at hand.
   */
  readonly truth: (protocol: string, section: string, genes: readonly string[]) => Promise<Float32Array | undefined>;
  /** The H&E picture of a section; never asked for in a published site. */
  readonly thumbnail: (section: string) => Promise<Thumbnail | undefined>;
}

/** A figure of a publication: never ranked, never in one table with what was run here. */
export interface ReportedFigure {
  readonly method: string;
  /** The paper's own names of its data and genes. */
  readonly dataset: string;
  readonly set: string;
  /** null: no table with a source was found. */
  readonly pcc: number | null;
  readonly note?: string;
  readonly protocol: string;
  /** Who says so: its authors, another publication repeating it, others running it again. */
  readonly from: string;
  readonly source: string;
}

/** Everything that a web report is made of. */
export interface SiteInput {
  /** A published site holds no pixel of tissue, so that no data set is redistributed. */
  readonly mode: 'local' | 'published';
  readonly board: Board;
  /** Finished cells by ranking, e.g. `her2st--patient-out--frozen`; a control may stand in several. */
  readonly cells: Readonly<Record<string, readonly SiteCell[]>>;
  readonly datasets: readonly SiteDataset[];
  /** Formula of the units that a protocol predicts in, by protocol. */
  readonly units: Readonly<Record<string, string>>;
  readonly reported?: readonly ReportedFigure[];
  /** Files offered on the first page, by name, e.g. leaderboard.csv; they are copied into the site. */
  readonly downloads: Readonly<Record<string, string>>;
}
