import { arithmeticKernels } from './arithmetic.ts';
import { convolutionKernels } from './convolution.ts';
import { depthwiseKernels } from './depthwise.ts';
import { gatherKernels } from './gather.ts';
import type { LoweringTable } from './lowering.ts';
import { matmulKernels } from './matmul.ts';
import { imageKernels } from './normalise.ts';
import { poolingKernels } from './pooling.ts';
import { reduceKernels } from './reduce.ts';
import { shapeKernels } from './shape.ts';
import { unaryKernels } from './unary.ts';

/** Every TensorFlow.js kernel that compiles; a kernel is added by adding a function to one of these tables. */
export const kernels: LoweringTable = {
  ...arithmeticKernels,
  ...unaryKernels,
  ...reduceKernels,
  ...matmulKernels,
  ...shapeKernels,
  ...gatherKernels,
  ...convolutionKernels,
  ...depthwiseKernels,
  ...poolingKernels,
  ...imageKernels,
};
