import { SpotbenchError } from '@spotbench/core';
import { clone, engine, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../compile/contract.ts';
import type { LossValue } from './loss-function.ts';

/** A loss and its gradient with respect to each trainable parameter. */
export interface ValueAndGradients {
  readonly value: LossValue;
  readonly gradients: TensorMap;
}

/**
 * Runs `loss` and differentiates its total with respect to `trainable` (reverse mode, TensorFlow.js's tape). Terms and
 * updates come out of the same forward pass.
 *
 * @throws SpotbenchError `bad-config` naming the trainable parameters that the loss does not depend on.
 */
export function valueAndGradients(loss: () => LossValue, trainable: TensorMap): ValueAndGradients {
  const names = Object.keys(trainable);
  const kept: { terms?: TensorMap; updates?: TensorMap } = {};
  const forward = (): Tensor => {
    const value = loss();
    // The tape's scope frees everything but its result; terms and updates must outlive it.
    kept.terms = keepAll(value.terms);
    kept.updates = keepAll(value.updates ?? {});
    return value.total;
  };
  const { value: total, grads } = engine().gradients(forward, Object.values(trainable), undefined, true);
  const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i]]));
  requireAll(gradients);
  return {
    value: {
      total: total as LossValue['total'],
      terms: release(kept.terms!) as LossValue['terms'],
      updates: release(kept.updates!),
    },
    gradients,
  };
}

function keepAll(tensors: TensorMap): TensorMap {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, keep(clone(tensor))]));
}

/** Hands kept tensors over to the scope that is open now, so that the caller's `tidy` governs them. */
function release(tensors: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const owned = clone(tensor);
      tensor.dispose();
      return [name, owned];
    }),
  );
}

function requireAll(gradients: Readonly<Record<string, Tensor | null | undefined>>): void {
  const missing = Object.keys(gradients).filter((name) => gradients[name] === null || gradients[name] === undefined);
  if (missing.length === 0) return;
  throw new SpotbenchError(
    'bad-config',
    `training: the loss does not depend on the trainable parameters ${missing.join(', ')}; use them or declare them trainable: false`,
  );
}
