import { describe, expect, it } from 'vitest';
import { frameOf, FRAME_WIDTH, tissuePlace } from './map-section.ts';
import { quantise } from './quantise.ts';

describe('frameOf', () => {
  const frame = frameOf({
    ids: ['a', 'b', 'c'],
    pixelX: Float32Array.of(100, 200, 100),
    pixelY: Float32Array.of(50, 50, 150),
  });

  it('keeps the shape: equal distances in pixels are equal in the frame', () => {
    expect(frame.width).toBe(FRAME_WIDTH);
    expect(frame.height).toBe(FRAME_WIDTH);
    expect(frame.x[1] - frame.x[0]).toBe(frame.y[2] - frame.y[0]);
    expect(2 * frame.radius).toBeLessThan(frame.x[1] - frame.x[0]);
  });

  it('puts a pixel of the picture where a spot at that pixel is', () => {
    const { x, y, width, height } = tissuePlace(frame, { widthPx: 400, heightPx: 300 });
    expect(x + (100 / 400) * width).toBeCloseTo(frame.x[0], -0.5);
    expect(y + (50 / 300) * height).toBeCloseTo(frame.y[0], -0.5);
  });
});

describe('quantise', () => {
  it('is within half a step of every value, and exact at both ends', () => {
    const values = [-1, 0.1, 0.25, 3];
    const { bytes, range } = quantise(values);
    const back = Array.from(Buffer.from(bytes, 'base64'), (q) => range[0] + (q / 255) * (range[1] - range[0]));
    expect(range).toEqual([-1, 3]);
    for (const [i, value] of values.entries())
      expect(Math.abs(back[i] - value)).toBeLessThanOrEqual(4 / 255 / 2 + 1e-12);
  });

  it('takes a constant', () => {
    expect(quantise([2, 2])).toEqual({ bytes: 'AAA=', range: [2, 2] });
  });
});
