import type { RgbImage } from '../images/decode-image.ts';
import { colourMoments } from './colour-moments.ts';
import type { DyePlanes } from './dye-planes.ts';
import { dyeStatistics, percentile, shareAbove } from './dye-statistics.ts';
import { relativeTo } from './rectangle.ts';
import type { Rectangle } from './rectangle.ts';
import { clumping, fineness } from './texture.ts';

/** Ours: a pixel this rich in haematoxylin is nucleus rather than cytoplasm or stroma. Optical density. */
export const NUCLEUS_DENSITY = 0.25;

/** What is measured in each window, in order. [24] */
export const WINDOW_FEATURES = [
  'red-mean',
  'green-mean',
  'blue-mean',
  'haematoxylin-mean',
  'eosin-mean',
  'dab-mean',
  'red-sd',
  'green-sd',
  'blue-sd',
  'haematoxylin-sd',
  'eosin-sd',
  'dab-sd',
  'haematoxylin-p10',
  'eosin-p10',
  'dab-p10',
  'haematoxylin-p90',
  'eosin-p90',
  'dab-p90',
  'haematoxylin-p50',
  'nuclear-share',
  'haematoxylin-fineness',
  'eosin-fineness',
  'haematoxylin-clumping',
  'eosin-clumping',
] as const;

/** A decoded image and the dyes in a part of it. */
export interface Surroundings {
  readonly image: RgbImage;
  readonly planes: DyePlanes;
  /** The part of the image that the planes hold. */
  readonly frame: Rectangle;
}

/** Measures a rectangle of the image that lies inside the frame: one number per name in WINDOW_FEATURES. [24] */
export function windowFeatures({ image, planes, frame }: Surroundings, area: Rectangle): number[] {
  const { stride, haematoxylin, eosin } = planes;
  const inPlanes = relativeTo(frame, area);
  const dyes = dyeStatistics(planes, inPlanes);
  const channels = [...colourMoments(image, area), ...dyes];
  const [h, e] = dyes;
  return [
    ...channels.map(({ mean }) => mean),
    ...channels.map(({ deviation }) => deviation),
    ...dyes.map((dye) => percentile(dye, 0.1)),
    ...dyes.map((dye) => percentile(dye, 0.9)),
    percentile(h, 0.5),
    shareAbove(h, NUCLEUS_DENSITY),
    fineness(haematoxylin, stride, inPlanes, h.deviation),
    fineness(eosin, stride, inPlanes, e.deviation),
    clumping(haematoxylin, stride, inPlanes, h.deviation),
    clumping(eosin, stride, inPlanes, e.deviation),
  ];
}
