import { customGrad, mul, relu as tfRelu, step, type Tensor } from '@tensorflow/tfjs-core';

/**
 * relu(x) = max(x, 0), with the gradient read off the output: dx = dy where relu(x) > 0.
 *
 * TensorFlow.js's own keeps x for the gradient, and the next layer keeps relu(x): one map of every activation too many.
 */
export function relu<T extends Tensor>(x: T): T {
  const rectify = customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor, (tensors: Tensor[]) => void];
    const value = tfRelu(values);
    save([value]);
    return { value, gradFunc: (dy, saved) => mul(dy, step(saved[0])) };
  });
  return rectify(x) as T;
}
