import { createRandom, type Slide } from '@spotbench/core';
import type { HostArrays } from '../host-array.ts';
import { featureArrays, queryArrays } from './batch-arrays.ts';
import { concatenate } from './concatenate.ts';
import type { CompiledEncoder } from './encode.ts';
import type { ImageEncoderInputs } from './encoder-inputs.ts';
import { plainImages, queryPatches, storedSpot } from './image-inputs.ts';
import { standardiseViews } from './view-standardiser.ts';
import { viewTables } from './view-table.ts';

/** Spots encoded together; a query's embedding does not depend on the others, so the size changes no number. */
const QUERY_BATCH = 128;
/** The same where an image backbone runs: its activations are what memory holds. */
const IMAGE_BATCH = 32;

/** What encoding queries needs. */
export interface QueryEncoding {
  readonly encoder: CompiledEncoder;
  readonly inputs: ImageEncoderInputs;
  readonly geneCount: number;
}

/**
 * Image embeddings of every spot of a slide. [N, D] The last batch is filled up with zeros that are cut off again, so that
 * one graph serves every slide: in evaluation mode an image encoder must treat each spot by itself.
 */
export async function encodeQueries(
  slide: Slide,
  { encoder, inputs, geneCount }: QueryEncoding,
): Promise<Float32Array> {
  const size = inputs.images === undefined ? QUERY_BATCH : IMAGE_BATCH;
  const read = queryReader(slide, inputs, size);
  const N = slide.spots.ids.length;
  const parts: Float32Array[] = [];
  for (let at = 0; at < N; at += size) {
    const spots = Uint32Array.from({ length: Math.min(size, N - at) }, (_, i) => at + i);
    const { values, width } = await encoder.encode({ ...(await read(spots)), ...queryArrays(size, geneCount) });
    parts.push(values.subarray(0, spots.length * width));
  }
  return concatenate(parts);
}

function queryReader(
  slide: Slide,
  { views, standardisers, images }: ImageEncoderInputs,
  size: number,
): (spots: Uint32Array) => Promise<HostArrays> {
  if (images !== undefined) {
    // Nothing is drawn for a query; the pipeline wants a generator all the same.
    const patches = queryPatches([slide], images, createRandom(0, 'queries'));
    return (spots) =>
      plainImages(
        patches,
        images,
        Array.from(spots, (row) => storedSpot(slide, row)),
        size,
      );
  }
  const features = standardiseViews(viewTables([slide], views), standardisers);
  return (spots) => Promise.resolve(featureArrays(features, spots, size));
}
