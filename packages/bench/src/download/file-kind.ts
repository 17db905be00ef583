import { open } from 'node:fs/promises';
import { basename } from 'node:path';

/** What files of a kind begin with, by the end of their name. */
const KINDS: readonly { readonly name: RegExp; readonly what: string; readonly begins: readonly string[] }[] = [
  { name: /\.t?gz$/i, what: 'gzip', begins: ['\x1f\x8b'] },
  { name: /\.zip$/i, what: 'zip', begins: ['PK'] },
  { name: /\.(h5|h5ad)$/i, what: 'HDF5', begins: ['\x89HDF\r\n\x1a\n'] },
  { name: /\.tiff?$/i, what: 'TIFF', begins: ['II', 'MM'] },
  { name: /\.jpe?g$/i, what: 'JPEG', begins: ['\xff\xd8'] },
  { name: /\.png$/i, what: 'PNG', begins: ['\x89PNG'] },
];
const SHOWN_BYTES = 64;

/**
 * Why a file cannot be what its name says, from its first bytes; undefined where it can. A server that is out of order or wants
 * a sign-in often answers 200 with a page, and where no hash is known nothing else would tell.
 */
export async function kindProblem(path: string, name: string): Promise<string | undefined> {
  const start = await firstBytes(path);
  if (start === '') return 'an empty file';
  if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html)/i.test(start)) return 'a web page, perhaps to sign in or of an error';
  const kind = KINDS.find((candidate) => candidate.name.test(basename(name)));
  if (!kind || kind.begins.some((bytes) => start.startsWith(bytes))) return undefined;
  return `no ${kind.what} file: it begins with ${JSON.stringify(start.slice(0, 20))}`;
}

/** One character a byte. */
async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SHOWN_BYTES), 0, SHOWN_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
