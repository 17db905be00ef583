import type { Regime } from '@spotbench/core';

/** The unit of work: one method on one fold of one data set under one protocol, with one seed. */
export interface Cell {
  readonly id: string;
  readonly dataset: string;
  readonly protocol: string;
  readonly regime: Regime;
  /** Frozen encoder whose features are used; in `finetune`, what the method's own starts from: `pretrained` or `scratch`. */
  readonly encoder: string;
  readonly method: string;
  readonly fold: number;
  readonly seed: number;
}

/** `her2st--patient-out--frozen--mclstexp--fold3--seed0`: names a folder under .spotbench/runs and, less the method, a target. */
export function cellId(cell: Omit<Cell, 'id'>): string {
  return [cell.dataset, cell.protocol, regimeLabel(cell), cell.method, `fold${cell.fold}`, `seed${cell.seed}`].join(
    '--',
  );
}

/**
 * `frozen` for the default encoder and `frozen-<encoder>` for another; `finetune` from pretrained weights and
 * `finetune-scratch` from none: what a ranking must not mix.
 */
export function regimeLabel({ regime, encoder }: Pick<Cell, 'regime' | 'encoder'>): string {
  return encoder === defaultEncoder(regime) ? regime : `${regime}-${encoder}`;
}

/** What a regime's label leaves out. */
export function defaultEncoder(regime: Regime): string {
  return regime === 'frozen' ? DEFAULT_ENCODER : PRETRAINED;
}

/** What an image encoder that is trained end to end starts from. */
export const PRETRAINED = 'pretrained';
export const SCRATCH = 'scratch';

/** The encoder that needs no download. */
export const DEFAULT_ENCODER = 'handcrafted';
