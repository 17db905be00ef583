import type { ReferenceBank } from '@spotbench/core';
import { batchArrays } from './batch-arrays.ts';
import { concatenate } from './concatenate.ts';
import type { CompiledEncoder } from './encode.ts';
import type { SectionRange, SpotTable } from './spot-table.ts';

/** Rows to encode together, and how many of the last of them are new. */
export interface Chunk {
  readonly rows: Uint32Array;
  readonly fresh: number;
}

/**
 * Consecutive chunks of `size` spots within one section. The last one is filled up with the spots before it, so that every
 * spot is encoded among `size` of its section (a section with fewer spots is one chunk), and one graph serves all.
 */
export function chunksOf({ begin, end }: SectionRange, size: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = begin; at < end; at += size) {
    const stop = Math.min(at + size, end);
    const start = Math.max(begin, stop - size);
    chunks.push({ rows: Uint32Array.from({ length: stop - start }, (_, i) => start + i), fresh: stop - at });
  }
  return chunks;
}

/**
 * Embeddings and expression of every training spot. Spots are encoded in chunks within a section, never across sections:
 * where tokens attend to each other, what shares a chunk changes an embedding.
 */
export async function buildReferenceBank(
  table: SpotTable,
  spotIds: readonly string[],
  encoder: CompiledEncoder,
  chunkSize: number,
): Promise<ReferenceBank> {
  const parts: Float32Array[] = [];
  let width = 0;
  for (const { rows, fresh } of table.sections.flatMap((section) => chunksOf(section, chunkSize))) {
    const encoded = await encoder.encode(batchArrays(table, rows));
    width = encoded.width;
    parts.push(encoded.values.subarray((rows.length - fresh) * width));
  }
  const embeddings = concatenate(parts);
  const sections = table.sections.flatMap(({ id, begin, end }) => new Array<string>(end - begin).fill(id));
  return { embeddings, expression: table.expression, width, geneCount: table.geneCount, sections, spotIds };
}
