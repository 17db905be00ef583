/** log of the gamma function at half-integers and integers, exactly by recurrence: all that Student's t needs. */
function logGammaHalf(twice: number): number {
  let sum = twice % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let k = twice % 2 === 0 ? 2 : 1; k < twice; k += 2) sum += Math.log(k / 2);
  return sum;
}

/**
 * Upper tail P(Z > z) of the standard normal. Series of Marsaglia (Journal of Statistical Software 11(4), 2004) below 4, the
 * continued fraction of Laplace (Abramowitz and Stegun 26.2.14) above; relative error below 1e-10 up to z = 38.
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 4) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > 1e-18 * sum; k += 2) sum += term *= (z * z) / k;
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / (z + fraction);
  return density / (z + fraction);
}

/**
 * Regularised incomplete beta I_x(a, b) for halves of whole numbers a and b, x < 1: x^a (1 - x)^b / (a B(a, b)) times the
 * hypergeometric series F(a + b, 1; a + 1; x), whose terms are all positive, so that small values keep their digits.
 * Source: Abramowitz and Stegun 26.5.4 and 26.5.23.
 */
function incompleteBeta(x: number, a: number, b: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 0; term > 1e-17 * sum; n++) sum += term *= (x * (a + b + n)) / (a + 1 + n);
  const logBeta = logGammaHalf(2 * a) + logGammaHalf(2 * b) - logGammaHalf(2 * (a + b));
  return (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a) * sum;
}

/**
 * Upper tail P(T > t) of Student's t with whole `df` >= 1 degrees of freedom, for t >= 0. Below t = 2 from the middle of the
 * distribution, above from its tail: each where its series is short.
 */
export function studentTail(t: number, df: number): number {
  if (t === 0) return 0.5;
  const square = t * t;
  if (t < 2) return 0.5 - 0.5 * incompleteBeta(square / (df + square), 0.5, df / 2);
  return 0.5 * incompleteBeta(df / (df + square), df / 2, 0.5);
}

/** The t with P(T > t) = tail, for tails up to 1/2 and whole `df` >= 1, by bisection. */
export function studentQuantile(tail: number, df: number): number {
  let [low, top] = [0, 1e8];
  for (let i = 0; i < 80; i++) {
    const middle = (low + top) / 2;
    if (studentTail(middle, df) > tail) low = middle;
    else top = middle;
  }
  return (low + top) / 2;
}
