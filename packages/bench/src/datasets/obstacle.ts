import type { Regime } from '@spotbench/core';
import type { ProtocolEntry } from './schema.ts';

/** Why no cell of a protocol can run in a regime with this version, whatever the data; undefined where it can. */
export function protocolObstacle(
  { predict, transform, validation }: ProtocolEntry,
  regime: Regime,
): string | undefined {
  if (transform)
    return `needs ${transform.name} over all sections together, the test section's expression included, which is not there yet`;
  if (validation && regime === 'finetune')
    return 'holds spots out at random, which the finetune regime cannot do yet; use --regime frozen';
  if ('file' in predict && predict.sha256 === null)
    return `its gene list ${predict.file} is not public as a list, so nobody can check one: ${predict.source}`;
  return undefined;
}
