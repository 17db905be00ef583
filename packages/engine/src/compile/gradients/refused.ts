import type { Correction } from './correction.ts';

/** Kernels whose gradient nobody has needed: a clear refusal instead of a wrong number or a message about internals. */
export const refusedGradients: readonly Correction[] = [
  refused('MirrorPad', 'leaves out what the mirrored borders give back', 'join reversed slices instead'),
  refused('Cumprod', 'has no gradient', 'take exp(cumsum(log(x))) of positive numbers instead'),
];

function refused(kernelName: string, symptom: string, advice: string): Correction {
  return {
    kernelName,
    symptom,
    gradFunc: () => {
      throw new Error(`gradient of ${kernelName}: there is none here; ${advice}`);
    },
  };
}
