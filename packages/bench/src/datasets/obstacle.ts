import type { ProtocolEntry } from './schema.ts';

/** Why no cell of a protocol can run with this version, whatever the data; undefined where it can. */
export function protocolObstacle({ predict, transform, validation }: ProtocolEntry): string | undefined {
  if (transform)
    return `needs ${transform.name} over all sections together, the test section's expression included, which is not there yet`;
  if (validation)
    return `needs ${validation.share * 100} % of the training spots held out at random, which is not there yet`;
  if ('file' in predict && predict.sha256 === null)
    return `its gene list ${predict.file} is not public as a list, so nobody can check one: ${predict.source}`;
  return undefined;
}
