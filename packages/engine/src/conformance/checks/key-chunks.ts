import { createContrastiveMethod } from '../../contrastive/contrastive-method.ts';
import type { ContrastiveOptions } from '../../contrastive/contrastive-options.ts';
import { notApplicable, verdict, type CheckFinding } from '../check-result.ts';
import type { FittedSubject, Rig } from '../rig.ts';
import { difference } from './difference.ts';

const TOLERANCE = 1e-5;
/** A few spots, and a whole training section. */
const OTHER_SIZES = [8, 64];

/** A key's embedding does not depend on the training spots that it is encoded with. */
export async function checkKeyChunks(rig: Rig, base: FittedSubject): Promise<CheckFinding> {
  const options = rig.contrastive;
  if (options === undefined) return notApplicable('no second-level contract, so no keys that are encoded in chunks');
  const { chunkSize } = options.training(rig.config, 'frozen');
  const expected = await base.predict(rig.test);
  const spread = deviation(expected, rig.data.genes.length);
  const numbers: Record<string, number> = { chunkSize };
  const parts: string[] = [];
  let worst = 0;
  for (const size of OTHER_SIZES.filter((each) => each !== chunkSize)) {
    const subject = await rig.fit({ method: withChunks(options, size) });
    const predicted = await subject.predict(rig.test);
    await subject.dispose();
    const moved = meanDifference(predicted, expected) / spread;
    numbers[`chunks of ${size}`] = moved;
    parts.push(`${size}: ${moved.toExponential(1)}`);
    worst = Math.max(worst, difference(predicted, expected));
  }
  return verdict(
    worst <= TOLERANCE,
    `keys encoded in chunks of another size than ${chunkSize} move predictions by (mean, in standard deviations over spots) ${parts.join(', ')}`,
    numbers,
  );
}

function withChunks(options: ContrastiveOptions<unknown>, chunkSize: number) {
  const training: typeof options.training = (config, regime) => ({ ...options.training(config, regime), chunkSize });
  return createContrastiveMethod({ ...options, training });
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

/** Root of the mean over genes of the variance over spots. `values` is [N, G]. */
function deviation(values: Float32Array, G: number): number {
  const N = values.length / G;
  const means = new Float64Array(G);
  values.forEach((value, i) => (means[i % G] += value / N));
  return Math.sqrt(values.reduce((sum, value, i) => sum + (value - means[i % G]) ** 2, 0) / values.length);
}
