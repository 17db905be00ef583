import type { ContrastiveMethod } from '@spotbench/core';
import type { Engine, StepFunction } from '../compile/contract.ts';
import type { HostArrays } from '../host-array.ts';
import { StepCache } from '../training/step-cache.ts';
import { contrastiveLoss } from './contrastive-model.ts';
import { chunksOf } from './reference-bank.ts';
import type { PlainInputs } from './spot-inputs.ts';
import type { SpotTable } from './spot-table.ts';

/** The mean loss of some sections under given parameters. */
export interface Validation {
  validate(parameters: HostArrays): Promise<number>;
  dispose(): Promise<void>;
}

/**
 * Loss in evaluation mode over consecutive batches within each validation section, weighted by spots. A contrastive loss
 * grows with its batch, so batches have the training size wherever a section has that many spots.
 */
export function validationLoss(
  engine: Engine,
  model: ContrastiveMethod,
  table: SpotTable,
  inputs: PlainInputs,
  batchSize: number,
  parameters: HostArrays,
): Validation {
  const loss = contrastiveLoss(model, 'eval');
  const step: StepFunction = (state, inputs) => ({ state, outputs: { loss: loss(state, inputs).total } });
  const steps = new StepCache(engine, step, parameters);
  const batches = table.sections.flatMap((section) => chunksOf(section, batchSize));
  return {
    async validate(present) {
      await steps.writeState(present);
      let sum = 0;
      for (const { rows, fresh } of batches) {
        const { loss: value } = await steps.run(await inputs(rows));
        sum += value.data[0] * fresh;
      }
      return sum / table.count;
    },
    dispose: () => steps.dispose(),
  };
}
