import { hashFile, readFixedPanel, SpotbenchError, type GenePanel, type Section } from '@spotbench/core';
import type { ProtocolEntry } from '../datasets/schema.ts';

/** The gene list of a protocol that has a fixed one. */
export type FixedGenes = Extract<ProtocolEntry['predict'], { file: string }>;

/**
 * Reads a protocol's fixed gene list from `path` and holds it to the SHA-256 of datasets.json, where that has one.
 * @throws SpotbenchError `bad-data` for another list; as `readFixedPanel`.
 */
export async function readProtocolPanel(
  protocol: string,
  { source, sha256 }: FixedGenes,
  path: string,
  sections?: readonly Pick<Section, 'id' | 'counts'>[],
): Promise<GenePanel> {
  const panel = await readFixedPanel(path, source, sections);
  const found = await hashFile(path);
  if (sha256 === null || found === sha256) return panel;
  const what = `SHA-256 ${found.slice(0, 12)}..., datasets.json has ${sha256.slice(0, 12)}...`;
  throw new SpotbenchError('bad-data', `${path}: another gene list than protocol ${protocol} is defined on (${what})`);
}
