import { add, mul, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Which elements survive: `keep` is 1 or 0 per element of x, drawn on the host as an input of the step (see
 * random-inputs), so that every engine drops the same elements. Absent in evaluation mode.
 */
export interface DropoutMask {
  readonly keep: Tensor;
  /** Probability of dropping an element. */
  readonly rate: number;
}

/**
 * y = x * keep / (1 - rate), or x without a mask.
 *
 * Source: Srivastava et al. 2014, "Dropout", in the inverted form of torch.nn.Dropout.
 */
export function dropout(x: Tensor, mask: DropoutMask | undefined): Tensor {
  if (mask === undefined) return x;
  return mul(mul(x, mask.keep), 1 / (1 - mask.rate));
}

/** -lambda * alpha of SELU, the value a dropped element is set to. Source: Klambauer et al. 2017, section "Dropout". */
const DROPPED = -1.7580993408473766;

/**
 * y = a * (x * keep + d * (1 - keep)) + b with d = -1.758..., a = ((1 - p) (1 + p d^2))^(-1/2), b = -a p d, p = rate:
 * keeps mean 0 and variance 1 of such an input. x without a mask.
 *
 * Source: Klambauer et al. 2017, "Self-normalizing neural networks"; torch.nn.AlphaDropout.
 */
export function alphaDropout(x: Tensor, mask: DropoutMask | undefined): Tensor {
  if (mask === undefined) return x;
  const { keep, rate } = mask;
  const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * DROPPED ** 2));
  const dropped = mul(add(mul(keep, -1), 1), DROPPED); // DROPPED where keep is 0
  return add(mul(add(mul(x, keep), dropped), scale), -scale * rate * DROPPED);
}
