import { matMul, reshape, tensor2d, transpose, type Tensor3D } from '@tensorflow/tfjs-core';

/**
 * Tokens on an n x n grid, row by row, averaged to g x g: cell i covers rows floor(i n / g) to ceil((i + 1) n / g), columns
 * alike. [B, n^2, D] -> [B, g^2, D] Source: torch.nn.AdaptiveAvgPool2d.
 */
export function pooledTokens(tokens: Tensor3D, grid: number): Tensor3D {
  const [B, T, D] = tokens.shape;
  const weights = poolingWeights(Math.sqrt(T), grid); // [n^2, g^2]
  const columns = reshape(transpose(tokens, [0, 2, 1]), [B * D, T]);
  const pooled: Tensor3D = reshape(matMul(columns, tensor2d(weights, [T, grid * grid])), [B, D, grid * grid]);
  return transpose<Tensor3D>(pooled, [0, 2, 1]);
}

/** Share of each of n^2 tokens in each of g^2 cells. [n^2, g^2] */
export function poolingWeights(n: number, grid: number): Float32Array {
  const cells = Array.from({ length: grid }, (_, i) => [Math.floor((i * n) / grid), Math.ceil(((i + 1) * n) / grid)]);
  const weights = new Float32Array(n * n * grid * grid);
  cells.forEach(([top, bottom], i) => {
    cells.forEach(([left, right], j) => {
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++)
          weights[(y * n + x) * grid * grid + i * grid + j] = 1 / ((bottom - top) * (right - left));
    });
  });
  return weights;
}
