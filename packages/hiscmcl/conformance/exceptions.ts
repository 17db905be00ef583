import type { DeclaredExceptions } from '@spotbench/engine/conformance';

const shared = {
  // The slides are easy to learn and the check trains many times: 20 epochs are enough.
  options: { epochs: 20 },
  published: {
    'key chunks':
      'the spot encoder attends across the spots it encodes together; the published code encodes keys in runs of 32',
  },
};

/** Where the published methods are other than `spotbench method check` asks, and why. */
export const exceptions: DeclaredExceptions = { hiscmcl: shared, 'hiscmcl-paper': shared };
