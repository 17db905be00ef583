import type { ContrastiveMethod, Fitted, ModelSizes, ReferenceBank, Regime } from '@spotbench/core';
import type { Engine } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { sizeOf } from '../host-shape.ts';
import { trainableNames } from '../layers/parameter.ts';
import { modelParameters } from './contrastive-model.ts';
import { CompiledEncoder } from './encode.ts';
import type { ImageEncoderInputs } from './encoder-inputs.ts';
import { exportContrastive } from './export.ts';
import { encodeQueries } from './query.ts';
import { saveContrastive } from './saved-state.ts';

/** All that a fitted contrastive method is: what is saved, loaded and exported. */
export interface FittedState {
  readonly method: string;
  readonly version: string;
  /** As parsed by the method's schema. */
  readonly config: unknown;
  readonly genes: readonly string[];
  readonly sizes: ModelSizes;
  readonly regime: Regime;
  readonly inputs: ImageEncoderInputs;
  /** By PyTorch state-dict name. */
  readonly parameters: HostArrays;
  readonly bank: ReferenceBank;
  /** Spots encoded together for the bank. */
  readonly chunkSize: number;
  readonly selectedBy: string;
}

/** A fitted method that predicts on `engine`. */
export function fittedContrastive(engine: Engine, model: ContrastiveMethod, state: FittedState): Fitted {
  const { sizes, parameters, bank, inputs, selectedBy } = state;
  const specs = modelParameters(model, sizes);
  const names = Object.keys(model.imageEncoder.parameters(sizes));
  const encoder = new CompiledEncoder(engine, model.imageEncoder, parameters, names);
  return {
    selectedBy,
    parameterCount: trainableNames(specs).reduce((sum, name) => sum + sizeOf(specs[name].shape), 0),
    async predict(slide) {
      const queries = await encodeQueries(slide, { encoder, inputs, geneCount: sizes.geneCount });
      return model.predictor.predict(queries, bank);
    },
    save: (folder) => saveContrastive(folder, state),
    exportOnnx: (folder, options) => exportContrastive(folder, model, state, options),
    dispose: () => encoder.dispose(),
  };
}
