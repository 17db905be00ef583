import type { HostArray } from '../host-array.ts';
import { trainableNames } from '../layers/parameter.ts';
import type { GoldenModel } from './golden-adapter.ts';
import { l2Norm, probeError, relativeError } from './golden-errors.ts';
import type { GoldenFile } from './golden-file.ts';
import { knownLoss, knownMovement, knownStatistics } from './golden-peer.ts';
import { comparedRow, limitedRow, missingRow, worstRow, type GoldenRow } from './golden-row.ts';
import type { GoldenRun } from './golden-run.ts';

/** Losses before each step and after the last, then probes of parameters and running statistics over their norms. */
export function trainingRows(golden: GoldenFile, model: GoldenModel, run: GoldenRun): GoldenRow[] {
  const losses = golden.training.losses.map((expected, i) => {
    const row = comparedRow(`training.losses[${i}]`, relativeError(run.losses[i], expected), knownLoss(golden, i));
    return { ...row, peer: golden.peer.training_losses?.[i] ?? null };
  });
  return [...losses, ...afterRows(golden, model, run)];
}

function afterRows(golden: GoldenFile, model: GoldenModel, run: GoldenRun): GoldenRow[] {
  const trainable = new Set(trainableNames(model.parameters));
  const known = { movement: knownMovement(golden), statistics: knownStatistics(golden) };
  const steps = golden.training.losses.length - 1;
  const rows = Object.entries(golden.training.paramsAfter).map(([key, expected]): [Kind, GoldenRow] => {
    const name = nameOfKey(model, key);
    if (name === undefined) return ['missing', missingRow(`training.params_after.${key}`, 'no parameter here')];
    const found = run.after[name];
    const error = probeError(key, found, expected);
    if (!trainable.has(name)) return ['statistics', comparedRow(AFTER.statistics, error, known.statistics, key)];
    const way = known.movement * movement(found, steps * model.learningRate);
    return ['parameters', limitedRow(AFTER.parameters, error, way, key)];
  });
  const of = (kind: Kind): GoldenRow[] => rows.filter(([other]) => other === kind).map(([, row]) => row);
  return [...worstRow(of('parameters')), ...worstRow(of('statistics')), ...of('missing')];
}

type Kind = 'parameters' | 'statistics' | 'missing';
const AFTER = { parameters: 'training.params_after', statistics: 'training.params_after, not trained' };

/** The farthest that steps of Adam can have moved an array (each element by about the rate), over its norm. */
function movement(found: HostArray, rates: number): number {
  return (rates * Math.sqrt(found.data.length)) / l2Norm(found);
}

/** The parameter of a state-dict key; both keys of a module that is used twice lead to the one parameter. */
function nameOfKey({ parameters, keyOf }: GoldenModel, key: string): string | undefined {
  if (Object.hasOwn(parameters, key)) return key;
  return keyOf && Object.keys(parameters).find((name) => keyOf(name) === key);
}
