import type { FeatureView, Slide } from '@spotbench/core';
import { queryArrays } from './batch-arrays.ts';
import { concatenate } from './concatenate.ts';
import type { CompiledEncoder } from './encode.ts';
import { standardiseViews, type ViewStandardisers } from './view-standardiser.ts';
import { viewTables } from './view-table.ts';

/** Spots encoded together; a query's embedding does not depend on the others, so the size changes no number. */
const QUERY_BATCH = 128;

/** What encoding queries needs. */
export interface QueryEncoding {
  readonly encoder: CompiledEncoder;
  readonly views: readonly FeatureView[];
  readonly standardisers: ViewStandardisers | undefined;
  readonly geneCount: number;
}

/**
 * Image embeddings of every spot of a slide. [N, D] The last batch is filled up with zeros that are cut off again, so that
 * one graph serves every slide: in evaluation mode an image encoder must treat each spot by itself.
 */
export async function encodeQueries(
  slide: Slide,
  { encoder, views, standardisers, geneCount }: QueryEncoding,
): Promise<Float32Array> {
  const features = standardiseViews(viewTables([slide], views), standardisers);
  const N = slide.spots.ids.length;
  const parts: Float32Array[] = [];
  for (let at = 0; at < N; at += QUERY_BATCH) {
    const spots = Uint32Array.from({ length: Math.min(QUERY_BATCH, N - at) }, (_, i) => at + i);
    const { values, width } = await encoder.encode(queryArrays(features, spots, QUERY_BATCH, geneCount));
    parts.push(values.subarray(0, spots.length * width));
  }
  return concatenate(parts);
}
