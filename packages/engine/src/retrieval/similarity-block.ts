import { Tensor } from 'onnxruntime-node';
import { Graph } from '../compile/graph.ts';
import type { OnnxModel } from '../compile/onnx/model.ts';
import { openSession } from '../engines/onnx-session.ts';
import { runInto, withoutCopies } from '../engines/uncopied-run.ts';
import { sizeOf } from '../host-shape.ts';

/** Sizes of a block; `keys` is a multiple of `RUN`. */
export interface BlockSizes {
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
}

/** Products of a block of Q queries with a block of M keys, always in the same buffers. */
export interface SimilarityBlock {
  readonly sizes: BlockSizes;
  /** [Q, D], to be filled. */
  readonly queries: Float32Array;
  /** [M, D], to be filled. */
  readonly keys: Float32Array;
  /** queries keys^T, what `compute` leaves. [Q, M] */
  readonly scores: Float32Array;
  /** The largest score of each run of `run` keys. [Q, M / run] */
  readonly largest: Float32Array;
  readonly run: number;
  compute(): Promise<void>;
  dispose(): Promise<void>;
}

/** Keys whose largest score is taken together: the maximum of 16 is vectorised and costs little beside the product. */
export const RUN = 16;

/**
 * A matrix product and its maxima on ONNX Runtime's CPU provider, written in place: thousands of blocks allocate nothing.
 */
export async function openSimilarityBlock(sizes: BlockSizes, threads?: number): Promise<SimilarityBlock> {
  const { model, scores, largest } = productModel(sizes);
  const session = await openSession(withoutCopies(model), {
    executionProviders: ['cpu'],
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  });
  const shapes = shapesOf(sizes);
  const feeds = { queries: floats(shapes.queries), keys: floats(shapes.keys) };
  const outputs = { [scores]: floats(shapes.scores), [largest]: floats(shapes.largest) };
  return {
    sizes,
    queries: feeds.queries.data as Float32Array,
    keys: feeds.keys.data as Float32Array,
    scores: outputs[scores].data as Float32Array,
    largest: outputs[largest].data as Float32Array,
    run: RUN,
    compute: () => runInto(session, feeds, outputs),
    dispose: () => session.release(),
  };
}

function shapesOf({ queries: Q, keys: M, width: D }: BlockSizes) {
  return { queries: [Q, D], keys: [M, D], scores: [Q, M], largest: [Q, M / RUN] };
}

function floats(shape: readonly number[]): Tensor {
  return new Tensor('float32', new Float32Array(sizeOf(shape)), shape);
}

/** The graph, and what its two outputs are called. */
function productModel(sizes: BlockSizes): { model: OnnxModel; scores: string; largest: string } {
  const graph = new Graph();
  const shapes = shapesOf(sizes);
  const port = (name: string, shape: readonly number[]) => ({ name, type: 'float32' as const, shape });
  const [queries, keys] = [graph.input(port('queries', shapes.queries)), graph.input(port('keys', shapes.keys))];
  const scores = graph.apply('Gemm', [queries, keys], { transB: 1 });
  const runs = graph.apply('Reshape', [scores, graph.int64s([...shapes.largest, RUN])]);
  const largest = graph.apply('ReduceMax', [runs, graph.int64s([2])], { keepdims: 0 });
  return { model: graph.finish([port(scores, shapes.scores), port(largest, shapes.largest)]), scores, largest };
}
