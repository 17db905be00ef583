import type { OnnxModel, OnnxNode } from '../onnx/model.ts';

/** What half precision makes faster: everything that is a matrix product inside. */
const PRODUCTS = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose']);
/** ONNX's numbers of element types. */
const [FLOAT32, FLOAT16] = [1, 10];

/** How products are brought to half precision. */
export interface HalfOptions {
  /**
   * Products in float32 on operands rounded to float16, their results rounded too: what a GPU computes, for a device that has
   * no such products. (Left to itself on the CPU, ONNX Runtime widens them and drops every rounding.)
   */
  readonly imitate?: boolean;
}

/**
 * The same graph with matrix products and convolutions, forward and backward, on float16 operands: cast in, computed (devices
 * add up in float32 and round the result), cast out. All else, weights and the optimiser's state included, stays float32.
 *
 * Source: Micikevicius et al. 2018, "Mixed precision training", sections 3.1 and 3.3; torch.autocast's list of float16 ops.
 */
export function halfProducts(model: OnnxModel, { imitate = false }: HalfOptions = {}): OnnxModel {
  const operands = new Map<string, string>();
  const replace = (node: OnnxNode) => (PRODUCTS.has(node.op) ? onHalves(node, operands, imitate) : [node]);
  return { ...model, nodes: model.nodes.flatMap(replace) };
}

/** A product with its casts; an operand that several products read is cast once. */
function onHalves(node: OnnxNode, operands: Map<string, string>, imitate: boolean): OnnxNode[] {
  const casts: OnnxNode[] = [];
  const inputs = node.inputs.map((input) => {
    const known = operands.get(input);
    if (known !== undefined) return known;
    casts.push(cast(input, `${input}_half`, FLOAT16));
    if (imitate) casts.push(cast(`${input}_half`, `${input}_rounded`, FLOAT32));
    const operand = casts.at(-1)!.outputs[0];
    operands.set(input, operand);
    return operand;
  });
  const [output] = node.outputs;
  const product = { ...node, inputs, outputs: [`${output}_product`] };
  if (!imitate) return [...casts, product, cast(`${output}_product`, output, FLOAT32)];
  const rounded = `${output}_product_half`;
  return [...casts, product, cast(`${output}_product`, rounded, FLOAT16), cast(rounded, output, FLOAT32)];
}

function cast(input: string, output: string, to: number): OnnxNode {
  return { op: 'Cast', domain: '', name: `${output}_cast`, inputs: [input], outputs: [output], attributes: { to } };
}
