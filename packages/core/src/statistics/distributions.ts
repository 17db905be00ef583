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

/** Upper tail P(T > t) of Student's t with `df` degrees of freedom, t >= 0, by Simpson's rule on the bounded angle. */
export function studentTail(t: number, df: number): number {
  // with t = sqrt(df) tan(a) the density becomes proportional to cos(a)^(df - 1) on [0, pi/2)
  const from = Math.atan(t / Math.sqrt(df));
  const steps = 2000;
  const width = (Math.PI / 2 - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.cos(from + i * width) ** (df - 1);
  }
  const constant = Math.exp(logGammaHalf(df + 1) - logGammaHalf(df)) / Math.sqrt(Math.PI);
  return (constant * sum * width) / 3;
}

/** The z with P(Z > z) = tail, for tails up to 1/2. */
export function normalQuantile(tail: number): number {
  return bisect(normalTail, tail, 40);
}

/** The t with P(T > t) = tail, for tails up to 1/2 and whole `df` >= 1. */
export function studentQuantile(tail: number, df: number): number {
  return bisect((t) => studentTail(t, df), tail, 1e8);
}

/** Solves falling(x) = target on [0, high]. */
function bisect(falling: (x: number) => number, target: number, high: number): number {
  let [low, top] = [0, high];
  for (let i = 0; i < 80; i++) {
    const middle = (low + top) / 2;
    if (falling(middle) > target) low = middle;
    else top = middle;
  }
  return (low + top) / 2;
}
