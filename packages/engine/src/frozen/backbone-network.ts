import type { Backbone } from '../backbones/backbone.ts';
import { createEngine, type EngineChoice } from '../engines/create-engine.ts';
import type { HostArrays } from '../host-array.ts';
import { requireParameters } from '../state/weights-file.ts';
import type { StepFunction } from '../compile/contract.ts';
import type { ImageInput } from './image-input.ts';
import type { NetworkOutput, PatchNetwork } from './patch-network.ts';

/** What runs a backbone. */
export interface BackboneNetworkOptions {
  readonly backbone: Backbone;
  /** Parameters by the backbone's names. */
  readonly weights: HostArrays;
  readonly input: ImageInput;
  readonly batchSize: number;
  /** Default `pooled`. */
  readonly output?: NetworkOutput;
  readonly engine?: EngineChoice;
}

/**
 * A backbone in evaluation mode with its weights compiled in as constants, which lets ONNX Runtime fold batch norms into
 * convolutions and lay the weights out once.
 *
 * @throws SpotbenchError `bad-data` when the weights are not the backbone's; `bad-config` when it does not take that size.
 */
export async function openBackboneNetwork(options: BackboneNetworkOptions): Promise<PatchNetwork> {
  const { backbone, weights, input, batchSize: B, output = 'pooled' } = options;
  requireParameters(weights, backbone.parameters, backbone.name);
  const shape = [B, 3, input.sizePx, input.sizePx];
  const engine = await createEngine(options.engine);
  const compiled = await engine.compile(output === 'tokens' ? tokenFeatures(backbone) : pooledFeatures(backbone), {
    state: weights,
    constantState: true,
    inputs: { images: { dtype: 'float32', shape } },
  });
  return {
    input,
    width: backbone.width,
    batchSize: B,
    async run(images) {
      const { features } = await compiled.run({ images: { dtype: 'float32', shape, data: images } });
      return features.data as Float32Array;
    },
    dispose: () => compiled.dispose(),
  };
}

/** Images [B, 3, S, S] to pooled features [B, D]; also what `exportOnnx` writes as a standard file. */
export function pooledFeatures(backbone: Backbone): StepFunction {
  return (parameters, { images }) => ({
    state: {},
    outputs: { features: backbone.forward(parameters, images, 'eval').pooled },
  });
}

/** Images [B, 3, S, S] to the pixels of the last feature map, or the token sequence, [B, T, D]. */
export function tokenFeatures(backbone: Backbone): StepFunction {
  return (parameters, { images }) => ({
    state: {},
    outputs: { features: backbone.forward(parameters, images, 'eval').tokens },
  });
}
