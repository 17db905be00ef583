import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What is known of a file before it is there. What is not given is not checked. */
export interface ExpectedFile {
  readonly bytes?: number;
  readonly sha256?: string;
  /** For publishers that give nothing better. */
  readonly md5?: string;
}

/** What a file turned out to be. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
  readonly md5: string;
}

/** Size and hashes of a file, in one reading. */
export async function factsOf(path: string): Promise<FileFacts> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

/** How a file differs from what it should be: `needed 12 bytes, SHA-256 …, found …`; undefined where it does not. */
export function difference(expected: ExpectedFile, found: FileFacts): string | undefined {
  const given = (['bytes', 'sha256', 'md5'] as const).filter((fact) => expected[fact] !== undefined);
  if (given.every((fact) => expected[fact] === found[fact])) return undefined;
  const described = (facts: ExpectedFile): string => given.map((fact) => words[fact](facts[fact] ?? '')).join(', ');
  return `needed ${described(expected)}, found ${described(found)}`;
}

const words = {
  bytes: (value: number | string) => `${value} bytes`,
  sha256: (value: number | string) => `SHA-256 ${value}`,
  md5: (value: number | string) => `MD5 ${value}`,
};
