import { describe, expect, it } from 'vitest';
import { isSpotbenchError, SpotbenchError } from './spotbench-error.ts';
import { lookUp, nearestNames, unknownName } from './unknown-name.ts';

describe('unknown names', () => {
  it('list the nearest, best first, and nothing far-fetched', () => {
    expect(nearestNames('mclstex', ['ridge', 'mclstexp', 'zeros'])).toEqual(['mclstexp']);
    expect(nearestNames('slideout', ['slide-out', 'patient-out'])).toEqual(['slide-out']);
    expect(nearestNames('qqqqqqqq', ['ridge', 'zeros'])).toEqual([]);
  });

  it('say what is known when nothing is near', () => {
    expect(unknownName('method', 'qqqqqqqq', ['zeros', 'ridge']).message).toBe(
      'unknown method "qqqqqqqq"; known: ridge, zeros',
    );
  });

  it('are not fooled by names every object has', () => {
    expect(() => lookUp('method', 'toString', { ridge: 1 })).toThrow(/unknown method "toString"/);
    expect(lookUp('method', 'ridge', { ridge: 1 })).toBe(1);
  });
});

describe('isSpotbenchError', () => {
  it('narrows by tag', () => {
    const error = new SpotbenchError('bad-data', 'x', { cause: 1 });
    expect([
      isSpotbenchError(error),
      isSpotbenchError(error, 'bad-data'),
      isSpotbenchError(error, 'bad-split'),
    ]).toEqual([true, true, false]);
    expect(isSpotbenchError(new Error('x'))).toBe(false);
    expect(error.cause).toBe(1);
  });
});
