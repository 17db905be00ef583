import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxModel, OnnxNode } from '../compile/onnx/model.ts';

/**
 * onnxruntime-node 1.30 writes outputs into the arrays it is given and then copies each of them once more into a new array
 * of its own: a third of mclSTExp's training step, and as much garbage as the whole state. It makes these copies in the
 * order of the graph's outputs, and refuses an output that is no tensor. So the first output is an empty sequence: the step
 * has run, every array is written, and the refusal ends the call before the first copy. A version that copies nothing, or
 * takes sequences, works as well.
 */
const STOP: OnnxNode = {
  op: 'SequenceEmpty',
  domain: '',
  name: 'no-copies',
  inputs: [],
  outputs: ['no-copies'],
  attributes: {},
};
const REFUSAL = 'Non tensor type is temporarily not supported';

/** The same graph with an output before the others that ends a run before outputs are copied. */
export function withoutCopies(model: OnnxModel): OnnxModel {
  const stop = { name: STOP.name, type: 'float32', shape: [], sequence: true } as const;
  return { ...model, nodes: [...model.nodes, STOP], outputs: [stop, ...model.outputs] };
}

/** Runs a graph made by `withoutCopies`; every output is written into the tensor given for it. */
export async function runInto(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { ...outputs, [STOP.name]: null });
  } catch (error) {
    if (!(error as Error).message.includes(REFUSAL)) throw error;
  }
}
