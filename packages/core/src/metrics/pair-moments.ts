import { MIN_SPOTS, type UndefinedReason } from './metric.ts';

/**
 * A prediction counts as constant when max - min <= 2^-19 max|p|: 16 units in the last place of float32. A method that
 * outputs one number per gene may still return values that differ in the last bits, because batches and threads round sums
 * differently; the correlation of such a column is that of rounding noise. The rule is relative, so it does not depend on
 * the unit, and a real signal that small cannot be told from rounding in float32. The truth comes from integer counts by one
 * fixed formula, so there constant means exactly equal.
 */
const CONSTANT_RELATIVE_RANGE = 2 ** -19;

/** Centred sums of a truth column t and a prediction column p, from which every per-gene metric but Spearman follows. */
export interface PairMoments {
  readonly n: number;
  readonly truthMean: number;
  readonly predMean: number;
  /** sum (t - mean t)^2 */
  readonly truthSquares: number;
  /** sum (p - mean p)^2 */
  readonly predSquares: number;
  /** sum (t - mean t)(p - mean p) */
  readonly products: number;
  /** sum (t - p)^2 */
  readonly squaredError: number;
  /** sum |t - p| */
  readonly absoluteError: number;
  readonly truthIsConstant: boolean;
  readonly predIsConstant: boolean;
}

/**
 * Moments of two columns [n], in float64 and two passes: means first, then centred sums with the first-order correction for
 * what rounding left in the means (Chan, Golub and LeVeque, The American Statistician 37, 1983, equation 1.7).
 */
export function pairMoments(truth: Float32Array, prediction: Float32Array): PairMoments {
  const n = truth.length;
  let truthSum = 0;
  let predSum = 0;
  let truthMin = Infinity;
  let truthMax = -Infinity;
  let predMin = Infinity;
  let predMax = -Infinity;
  for (let i = 0; i < n; i++) {
    const t = truth[i];
    const p = prediction[i];
    truthSum += t;
    predSum += p;
    if (t < truthMin) truthMin = t;
    if (t > truthMax) truthMax = t;
    if (p < predMin) predMin = p;
    if (p > predMax) predMax = p;
  }
  const truthMean = truthSum / n;
  const predMean = predSum / n;
  let truthLeft = 0;
  let predLeft = 0;
  let truthSquares = 0;
  let predSquares = 0;
  let products = 0;
  let squaredError = 0;
  let absoluteError = 0;
  for (let i = 0; i < n; i++) {
    const t = truth[i];
    const p = prediction[i];
    const dt = t - truthMean;
    const dp = p - predMean;
    const error = t - p;
    truthLeft += dt;
    predLeft += dp;
    truthSquares += dt * dt;
    predSquares += dp * dp;
    products += dt * dp;
    squaredError += error * error;
    absoluteError += Math.abs(error);
  }
  return {
    n,
    truthMean,
    predMean,
    truthSquares: Math.max(0, truthSquares - (truthLeft * truthLeft) / n),
    predSquares: Math.max(0, predSquares - (predLeft * predLeft) / n),
    products: products - (truthLeft * predLeft) / n,
    squaredError,
    absoluteError,
    truthIsConstant: truthMin === truthMax,
    predIsConstant: predMax - predMin <= CONSTANT_RELATIVE_RANGE * Math.max(Math.abs(predMin), Math.abs(predMax)),
  };
}

/** Why a correlation of these columns has no value; null where it has one. */
export function whyUndefined(moments: PairMoments): Exclude<UndefinedReason, 'missing_by_method'> | null {
  if (moments.n < MIN_SPOTS) return 'too_few';
  if (moments.truthIsConstant) return 'constant_truth';
  return moments.predIsConstant ? 'constant_pred' : null;
}
