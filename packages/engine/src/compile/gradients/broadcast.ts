import {
  add,
  broadcast_util as broadcastUtil,
  cast,
  getGradient,
  greater,
  greaterEqual,
  less,
  lessEqual,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Correction } from './correction.ts';

const symptom = 'the gradient of a broadcast argument has the shape of the result';

const { gradFunc: matMulGradient } = getGradient('BatchMatMul');

/** Maximum, minimum, squared difference and batched matrix product of arrays that broadcast. */
export const broadcastGradients: readonly Correction[] = [
  {
    kernelName: 'Maximum',
    symptom: `${symptom}; a tie gives all to a`,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => chosen(dy as Tensor, a, b, greater, greaterEqual),
  },
  {
    kernelName: 'Minimum',
    symptom: `${symptom}; a tie gives all to a`,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => chosen(dy as Tensor, a, b, less, lessEqual),
  },
  {
    kernelName: 'SquaredDifference',
    symptom,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => {
      const slope = () => mul(dy as Tensor, mul(sub(a, b), 2));
      return { a: () => unbroadcast(slope(), a.shape), b: () => unbroadcast(mul(slope(), -1), b.shape) };
    },
  },
  {
    kernelName: 'BatchMatMul',
    symptom: 'throws where batch axes were broadcast',
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attrs) => {
      const [a, b] = saved;
      const whole = matMulGradient(dy, saved, attrs);
      return { a: () => unbroadcast(whole.a(), a.shape), b: () => unbroadcast(whole.b(), b.shape) };
    },
  },
];

type Comparison = typeof greater;

/** dy goes to the argument that was chosen, half to each where they tie, as torch.maximum does it. */
function chosen(dy: Tensor, a: Tensor, b: Tensor, strictly: Comparison, orTied: Comparison) {
  const share = (x: Tensor, y: Tensor) => mul(add(truth(strictly(x, y)), truth(orTied(x, y))), 0.5);
  return {
    a: () => unbroadcast(mul(dy, share(a, b)), a.shape),
    b: () => unbroadcast(mul(dy, share(b, a)), b.shape),
  };
}

/** The sum of dy over the axes along which an argument of `shape` was repeated. */
function unbroadcast(dy: Tensor, shape: number[]): Tensor {
  const axes = broadcastUtil.getReductionAxes(shape, dy.shape);
  return axes.length > 0 ? reshape(sum(dy, axes), shape) : dy;
}

const truth = (condition: Tensor): Tensor => cast(condition, 'float32');
