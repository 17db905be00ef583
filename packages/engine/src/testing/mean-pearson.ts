import { createRandom } from '@spotbench/core';

/** Mean over genes of the Pearson correlation over spots of two arrays [N, G]. */
export function meanPearson(predicted: Float32Array, truth: Float32Array, G: number): number {
  const genes = Array.from({ length: G }, (_, g) => pearson(column(predicted, g, G), column(truth, g, G)));
  return genes.reduce((sum, r) => sum + r, 0) / G;
}

function column(values: Float32Array, g: number, G: number): number[] {
  return Array.from({ length: values.length / G }, (_, n) => values[n * G + g]);
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const centre = (v: readonly number[]) => v.map((value) => value - v.reduce((sum, each) => sum + each, 0) / v.length);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const [cx, cy] = [centre(x), centre(y)];
  return dot(cx, cy) / Math.sqrt(dot(cx, cx) * dot(cy, cy));
}

/** The rows of [N, G] in a random order. */
export function permutedRows(values: Float32Array, G: number, seed: number): Float32Array {
  const order = createRandom(seed, 'shuffle-truth').permutation(values.length / G);
  return Float32Array.from(values, (_, at) => values[order[Math.floor(at / G)] * G + (at % G)]);
}
