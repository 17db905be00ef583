import { SpotbenchError, unknownName, type PretrainedWeights } from '@spotbench/core';
import { sameShape, shapeText } from '../host-shape.ts';
import type { HostArrays } from '../host-array.ts';
import { readSafetensors } from '../state/weights-file.ts';

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
 * @throws SpotbenchError `missing-data` when weights of a part were not given; `bad-data` naming the parameters that the file
 * lacks, has in another shape, or has and the model does not.
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
  const { arrays } = await readSafetensors(path);
  const names = Object.keys(parameters).filter((name) => name.startsWith(prefix));
  const fileName = (name: string): string => filePrefix + name.slice(prefix.length);
  const missing = names.filter((name) => !Object.hasOwn(arrays, fileName(name)));
  const misshapen = names
    .filter((name) => !missing.includes(name) && !sameShape(arrays[fileName(name)].shape, parameters[name].shape))
    .map(
      (name) =>
        `${fileName(name)} is ${shapeText(arrays[fileName(name)].shape)}, needed ${shapeText(parameters[name].shape)}`,
    );
  const taken = new Set(names.map(fileName));
  const unexpected = Object.keys(arrays).filter((name) => !taken.has(name) && !UNUSED.test(name));
  const faults = [
    list('missing', missing.map(fileName)),
    list('unexpected', unexpected),
    list('wrong shape', misshapen),
  ];
  if (names.length === 0 || faults.some((fault) => fault !== '')) {
    const what = names.length === 0 ? `the model has no parameter "${prefix}..."` : faults.filter(Boolean).join('; ');
    throw new SpotbenchError('bad-data', `${path}: not the weights of this backbone: ${what}`);
  }
  return Object.fromEntries(names.map((name) => [name, arrays[fileName(name)]]));
}

function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  return `${what}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
