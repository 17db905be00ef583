import type { Plot } from './render-plot.ts';

/** A gene over the spots of a section; places in the frame's units. */
export interface MapPlotInput {
  readonly title: string;
  readonly description: string;
  readonly frame: { readonly width: number; readonly height: number; readonly radius: number };
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly domain: readonly [number, number];
}

const WIDTH = 300;

/** One map, in viridis. */
export function mapPlot(id: string, { title, description, frame, x, y, values, domain }: MapPlotInput): Plot {
  const unit = WIDTH / frame.width;
  const place = (field: string, size: number): object => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { domain: field === 'x' ? [0, size] : [size, 0], nice: false, zero: false },
  });
  return {
    id,
    title,
    description,
    spec: {
      width: WIDTH,
      height: Math.round(frame.height * unit),
      data: { values: Array.from(values, (value, i) => ({ x: x[i], y: y[i], value })) },
      mark: { type: 'circle', opacity: 1, size: Math.PI * (frame.radius * unit) ** 2 },
      encoding: {
        x: place('x', frame.width),
        y: place('y', frame.height),
        color: {
          field: 'value',
          type: 'quantitative',
          title: null,
          scale: { scheme: 'viridis', domain: [...domain], clamp: true },
          legend: { orient: 'bottom', gradientLength: 200, tickCount: 4 },
        },
      },
    },
  };
}
