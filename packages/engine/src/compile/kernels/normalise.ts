import type { FusedBatchNormAttrs, ResizeBilinearAttrs } from '@tensorflow/tfjs-core';
import { arithmetic, scalarLike, unary } from '../elementwise.ts';
import type { Graph } from '../graph.ts';
import { dense, uniform, type Value } from '../value.ts';
import { lowering, type LoweringTable } from './lowering.ts';
import { images, NCHW } from './window.ts';

/** Batch normalisation with given statistics, and bilinear resizing. */
export const imageKernels: LoweringTable = {
  FusedBatchNorm: lowering<FusedBatchNormAttrs>((graph, { x, mean, variance, scale, offset }, attrs) => {
    const epsilon = attrs.varianceEpsilon ?? 0.001;
    const gain = scale ?? uniform(graph, 1, 'float32', mean.shape);
    const shift = offset ?? uniform(graph, 0, 'float32', mean.shape);
    const constant = [mean, variance].every((value) => graph.isConstant(value.name));
    return constant && mean.shape.length === 1 && x.shape.length === 4
      ? batchNormNode(graph, x, [gain, shift, mean, variance], epsilon)
      : batchNorm(graph, x, [gain, shift, mean, variance], epsilon);
  }),
  ResizeBilinear: lowering<ResizeBilinearAttrs>((graph, { images: x }, attrs) => resize(graph, x, attrs)),
};

/** One node: ONNX Runtime folds it into the convolution before it when all is constant. */
function batchNormNode(graph: Graph, x: Value, parameters: readonly Value[], epsilon: number): Value {
  const names = parameters.map((value) => dense(graph, value).name);
  const whole = dense(graph, x, NCHW);
  return unaryWith(graph, whole, names, epsilon);
}

function unaryWith(graph: Graph, x: Value, names: readonly string[], epsilon: number): Value {
  return { ...x, name: graph.apply('BatchNormalization', [x.name, ...names], { epsilon: { float: epsilon } }) };
}

/** x * a + (offset - mean * a) with a = scale / sqrt(variance + epsilon): two passes over x, each on all threads. */
function batchNorm(graph: Graph, x: Value, [gain, shift, mean, variance]: readonly Value[], epsilon: number): Value {
  const deviation = unary(graph, 'Sqrt', arithmetic(graph, 'Add', variance, scalarLike(graph, variance, epsilon)));
  const a = arithmetic(graph, 'Div', gain, deviation);
  const b = arithmetic(graph, 'Sub', shift, arithmetic(graph, 'Mul', mean, a));
  return arithmetic(graph, 'Add', arithmetic(graph, 'Mul', x, a), b);
}

function resize(graph: Graph, x: Value, { size, alignCorners, halfPixelCenters }: ResizeBilinearAttrs): Value {
  const [batch, , , channels] = x.shape;
  const corners = halfPixelCenters ? 'half_pixel' : 'asymmetric';
  const attributes = { mode: 'linear', coordinate_transformation_mode: alignCorners ? 'align_corners' : corners };
  const sizes = graph.int64s([batch, channels, ...size]);
  const name = graph.apply('Resize', [dense(graph, x, NCHW).name, '', '', sizes], attributes);
  return images(name, batch, size, channels);
}
