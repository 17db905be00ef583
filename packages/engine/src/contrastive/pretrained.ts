import { SpotbenchError, unknownName, type PretrainedWeights } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { readSafetensors, requireParameters } from '../state/weights-file.ts';

/** A part of a model that can start from pretrained weights. */
export interface PretrainedPart {
  /** Name of the weights, e.g. `densenet121`. */
  readonly weights: string;
  /** What the model puts before the backbone's own names, e.g. `image_encoder.model.0.`. */
  readonly prefix: string;
}

/** Members of a weight file that no backbone has: its classifier, and the counters that PyTorch keeps beside running statistics. */
const UNUSED = /^(classifier|fc|head)\.|\.num_batches_tracked$/;

/**
 * The parameters with those of pretrained parts replaced by their weights.
 *
 * @throws SpotbenchError `missing-data` when weights of a part were not given; `bad-data` naming, as the model does,
 * the parameters that the file lacks, has in another shape, or has and the model does not.
 */
export async function withPretrained(
  parameters: HostArrays,
  parts: readonly PretrainedPart[],
  given: Readonly<Record<string, PretrainedWeights>>,
): Promise<HostArrays> {
  const replaced: Record<string, HostArrays[string]> = { ...parameters };
  for (const part of parts) {
    if (!Object.hasOwn(given, part.weights)) throw unknownName('pretrained weights', part.weights, Object.keys(given));
    Object.assign(replaced, await partOf(parameters, part, given[part.weights]));
  }
  return replaced;
}

async function partOf(
  parameters: HostArrays,
  { prefix }: PretrainedPart,
  { path, prefix: filePrefix }: PretrainedWeights,
): Promise<HostArrays> {
  const needed = Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith(prefix)));
  if (Object.keys(needed).length === 0)
    throw new SpotbenchError('bad-data', `${path}: the model has no parameter "${prefix}..." to take weights`);
  const { arrays } = await readSafetensors(path);
  const given = Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => !UNUSED.test(name))
      .map(([name, array]) => [modelName(name, filePrefix, prefix), array]),
  );
  requireParameters(given, needed, path);
  return given;
}

/** What the model calls an entry of the file; an entry of something else keeps its name, and is refused by it. */
function modelName(name: string, filePrefix: string, prefix: string): string {
  return name.startsWith(filePrefix) ? prefix + name.slice(filePrefix.length) : name;
}
