import { add, clone, customGrad, keep, mean, mul, rsqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/** A batch normalised by its own statistics; these are constants to the gradient, which already accounts for them. */
export interface NormalisedBatch {
  readonly y: Tensor;
  /** [C] */
  readonly mean: Tensor;
  /** Biased. [C] */
  readonly variance: Tensor;
}

/**
 * y = (x - m) r w + b per channel, with m the mean of x [..., C] over all axes but the last, v its biased variance,
 * r = 1 / sqrt(v + eps), w and b [C].
 *
 * The gradient is written out, since a tape through m and v touches every pixel twice as often: with n values a channel,
 * S = sum(dy) and Q = sum(dy (x - m)), dx = w r (dy - S / n - (x - m) r^2 Q / n), dw = r Q and db = S.
 *
 * Source: Ioffe and Szegedy 2015, section 3.
 */
export function normaliseBatch(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): NormalisedBatch {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const statistics: { mean?: Tensor; variance?: Tensor } = {};
  const normalise = customGrad((...given) => {
    const [values, w, b, save] = given as unknown as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const centre = mean(values, axes); // [C]
    const centred = sub(values, centre); // [..., C]
    const variance = mean(square(centred), axes); // [C]
    const scale = rsqrt(add(variance, epsilon)); // [C]
    // The custom gradient's scope frees all but its result and what it saves.
    [statistics.mean, statistics.variance] = [keep(centre), keep(variance)];
    save([centred, scale, w]);
    return { value: add(mul(centred, mul(scale, w)), b), gradFunc: (dy, saved) => gradient(dy, saved, axes) };
  });
  const y = normalise(x, weight, bias);
  return { y, mean: handOver(statistics.mean!), variance: handOver(statistics.variance!) };
}

/** Gradients with respect to x, w and b. */
function gradient(dy: Tensor, saved: Tensor[], axes: number[]): Tensor[] {
  const [centred, scale, weight] = saved;
  const count = dy.size / weight.size;
  const total = sum(dy, axes); // [C]
  const aligned = sum(mul(dy, centred), axes); // [C]
  const gain = mul(scale, weight); // [C]
  const slope = mul(mul(mul(gain, square(scale)), aligned), -1 / count); // [C]
  const shift = mul(mul(gain, total), -1 / count); // [C]
  const dx = add(add(mul(dy, gain), mul(centred, slope)), shift); // [..., C]
  return [dx, mul(aligned, scale), total];
}

/** Gives a kept tensor to the scope that is open now. */
function handOver(kept: Tensor): Tensor {
  const owned = clone(kept);
  kept.dispose();
  return owned;
}
