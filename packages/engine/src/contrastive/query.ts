import type { Slide } from '@spotbench/core';
import { concatenate } from './concatenate.ts';
import { queryArrays } from './batch-arrays.ts';
import type { CompiledEncoder } from './encode.ts';
import { featuresOf } from './spot-table.ts';
import { standardise, type Standardiser } from './standardiser.ts';

/** Spots encoded together; a query's embedding does not depend on the others, so the size changes no number. */
const QUERY_BATCH = 128;

/** What encoding queries needs. */
export interface QueryEncoding {
  readonly encoder: CompiledEncoder;
  readonly standardiser: Standardiser | undefined;
  readonly geneCount: number;
}

/**
 * Image embeddings of every spot of a slide. [N, D] The last batch is filled up with zeros that are cut off again, so that
 * one graph serves every slide: in evaluation mode an image encoder must treat each spot by itself.
 */
export async function encodeQueries(
  slide: Slide,
  { encoder, standardiser, geneCount }: QueryEncoding,
): Promise<Float32Array> {
  const { values, names } = featuresOf(slide);
  const D = names.length;
  const N = slide.spots.ids.length;
  const features = standardiser === undefined ? values : standardise(values, standardiser, N);
  const parts: Float32Array[] = [];
  for (let at = 0; at < N; at += QUERY_BATCH) {
    const batch = new Float32Array(QUERY_BATCH * D);
    batch.set(features.subarray(at * D, (at + QUERY_BATCH) * D));
    const { values: embeddings, width } = await encoder.encode(queryArrays(batch, D, geneCount));
    parts.push(embeddings.subarray(0, Math.min(QUERY_BATCH, N - at) * width));
  }
  return concatenate(parts);
}
