import type { DeclaredExceptions } from '@spotbench/engine/conformance';

/** Where the published method is other than `spotbench method check` asks, and why. */
export const exceptions: DeclaredExceptions = {
  mclstexp: {
    published: {
      'key chunks':
        'the spot encoder attends across the spots it encodes together; the published code encodes keys in runs of 32',
    },
  },
};
