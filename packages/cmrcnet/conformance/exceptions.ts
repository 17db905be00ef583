import type { DeclaredExceptions } from '@spotbench/engine/conformance';

/** What `spotbench method check` runs, so that fifteen checks stay within a minute: fewer epochs, a narrower shared space. */
export const exceptions: DeclaredExceptions = {
  cmrcnet: { options: { epochs: 4, projectionWidth: 32, learningRate: 1e-3 } },
};
