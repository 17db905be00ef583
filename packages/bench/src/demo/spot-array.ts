import type { SectionKey } from './programmes.ts';
import type { Area, SmoothField } from './smooth-field.ts';

/** A spot of the array over a section. */
export interface DemoSpot {
  readonly arrayX: number;
  readonly arrayY: number;
  /** Measured array position: the printed one plus alignment error. */
  readonly newX: number;
  readonly newY: number;
  readonly pixelX: number;
  readonly pixelY: number;
  readonly inTissue: boolean;
}

/** How the spots of a technology lie. */
export interface SpotArray {
  /** Size of every image. */
  readonly area: Area;
  readonly spotDiameterPx: number;
  /** All spots of the array over a section, row by row, and whether they lie under its tissue. */
  spots(key: SectionKey, outline: SmoothField): DemoSpot[];
}

/** Depth in the tissue from which a spot counts as under it. */
const TISSUE_DEPTH_PX = 20;

/** Whether the outline has tissue at a place. */
export function isTissue(outline: SmoothField, x: number, y: number): boolean {
  return outline.at(x, y) > TISSUE_DEPTH_PX;
}
